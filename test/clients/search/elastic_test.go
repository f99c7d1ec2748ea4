package search_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/elastic/go-elasticsearch/v8"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/test/clients"
	"github.com/tripware/tripware/transport"
)

func elastic() clients.Client {
	return clients.Client{
		Name: "go-elasticsearch", Module: "github.com/elastic/go-elasticsearch/v8",
		Before: func(ctx context.Context, s clients.Site) clients.Outcome {
			return elasticSearch(retry.Safe(ctx), elasticsearch.Config{Addresses: []string{s.URL}, Transport: s.Chain()})
		},
		After: func(ctx context.Context, s clients.Site) clients.Outcome {
			rt, addresses := s.Chain(), []string{s.URL}
			// line:
			config := elasticsearch.Config{Addresses: addresses, Transport: rt, DisableRetry: true}
			ctx = retry.Safe(ctx) // for a search, which is a POST
			// end
			return elasticSearch(ctx, config)
		},
		Answer: write,
		Own:    "3",
		Record: "`transport.Begin`",
		Off:    "`DisableRetry: true`",
		On: "its retries, if there are several nodes and one of them may fail: only they go to another node. " +
			"Then leave `retry.New` out of the chain",
		Cannot: "the chain retries at the same node. A bulk request, and a new document without an id, are retried only after a 429: leave `retry.Safe` out there. " +
			"With a chain, `CACert` is an error, and `CertificateFingerprint` is not checked and gives no error: set TLS at the chain's base",
	}
}

func elasticSearch(ctx context.Context, config elasticsearch.Config) clients.Outcome {
	client, err := elasticsearch.NewClient(config)
	if err != nil {
		return clients.Outcome{Err: err}
	}
	ctx, call := transport.Begin(ctx)
	defer call.End()
	resp, err := client.Search(client.Search.WithContext(ctx), client.Search.WithIndex("items"), client.Search.WithBody(strings.NewReader(query)))
	if err != nil {
		return clients.Outcome{Err: err, Record: call}
	}
	if resp.IsError() {
		err = fmt.Errorf("status %d", resp.StatusCode)
	}
	_ = resp.Body.Close()
	return clients.Outcome{Err: err, Record: call}
}
