package search_test

import (
	"context"
	"net/http"
	"strings"

	"github.com/opensearch-project/opensearch-go/v4"
	"github.com/opensearch-project/opensearch-go/v4/opensearchapi"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/test/clients"
	"github.com/tripware/tripware/transport"
)

func openSearch() clients.Client {
	return clients.Client{
		Name: "opensearch-go", Module: "github.com/opensearch-project/opensearch-go/v4",
		Before: func(ctx context.Context, s clients.Site) clients.Outcome {
			return openSearchSearch(retry.Safe(ctx), opensearch.Config{Addresses: []string{s.URL}, Transport: s.Chain()})
		},
		After: func(ctx context.Context, s clients.Site) clients.Outcome {
			rt, addresses := s.Chain(), []string{s.URL}
			// line:
			config := opensearch.Config{Addresses: addresses, Transport: rt, DisableRetry: true}
			ctx = retry.Safe(ctx) // for a search, which is a POST
			// end
			return openSearchSearch(ctx, config)
		},
		Answer: write,
		// It checks the health of a node that fails, beside the call.
		Aside: func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPost {
				return false
			}
			write(w, r, http.StatusOK)
			return true
		},
		Own:    "6",
		Record: "`transport.Begin`",
		Off:    "`DisableRetry: true`",
		On: "its retries, if there are several nodes and one of them may fail: only they go to another node. " +
			"Then leave `retry.New` out of the chain",
		Cannot: "the chain retries at the same node, and health checks in the background are calls of the chain too. " +
			"A bulk request, and a new document without an id, are retried only after a 429: leave `retry.Safe` out there. " +
			"With a chain, `CACert` is an error: set TLS at the chain's base",
	}
}

func openSearchSearch(ctx context.Context, config opensearch.Config) clients.Outcome {
	client, err := opensearchapi.NewClient(opensearchapi.Config{Client: config})
	if err != nil {
		return clients.Outcome{Err: err}
	}
	defer func() { _ = client.Close() }()
	ctx, call := transport.Begin(ctx)
	defer call.End()
	_, err = client.Search(ctx, &opensearchapi.SearchReq{Indices: []string{"items"}, Body: strings.NewReader(query)})
	return clients.Outcome{Err: err, Record: call}
}
