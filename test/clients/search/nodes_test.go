package search_test

import (
	"context"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/elastic/go-elasticsearch/v8"
	"github.com/opensearch-project/opensearch-go/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/test/clients"
	"github.com/tripware/tripware/transport"
)

// searches makes a search with each client, over a cluster of two nodes.
func searches() map[string]func(ctx context.Context, rt http.RoundTripper, ownRetries bool) clients.Outcome {
	nodes := []string{"http://a.example.com", "http://b.example.com"}
	return map[string]func(context.Context, http.RoundTripper, bool) clients.Outcome{
		"go-elasticsearch": func(ctx context.Context, rt http.RoundTripper, ownRetries bool) clients.Outcome {
			return elasticSearch(ctx, elasticsearch.Config{Addresses: nodes, Transport: rt, DisableRetry: !ownRetries})
		},
		"opensearch-go": func(ctx context.Context, rt http.RoundTripper, ownRetries bool) clients.Outcome {
			return openSearchSearch(ctx, opensearch.Config{Addresses: nodes, Transport: rt, DisableRetry: !ownRetries})
		},
	}
}

// A cluster has one node that is not available: the one that is asked first.
type cluster struct {
	mu    sync.Mutex
	hosts []string // that searches were sent to
}

func (c *cluster) RoundTrip(req *http.Request) (*http.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	status := http.StatusOK
	if req.Method == http.MethodPost {
		if c.hosts = append(c.hosts, req.URL.Host); req.URL.Host == c.hosts[0] {
			status = http.StatusServiceUnavailable
		}
	}
	header := http.Header{"Content-Type": {"application/json"}, "X-Elastic-Product": {"Elasticsearch"}}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(found)), Request: req}, nil
}

// A chain retries at the node for which the request was made. The retries of a client go to
// another one.
func TestOnlyTheClientGoesToAnotherNode(t *testing.T) {
	t.Parallel()
	for name, search := range searches() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one := &cluster{}
			loop := retry.New(retry.WithMaxRetries(3), retry.WithBaseDelay(0))
			got := search(retry.Safe(t.Context()), transport.Chain(one, loop), false)
			require.Error(t, got.Err)
			require.Len(t, one.hosts, 4)
			for _, host := range one.hosts {
				assert.Equal(t, one.hosts[0], host)
			}

			two := &cluster{}
			got = search(t.Context(), transport.Chain(two), true)
			require.NoError(t, got.Err)
			require.Len(t, two.hosts, 2)
			assert.NotEqual(t, two.hosts[0], two.hosts[1])
			assert.Equal(t, 2, got.Record.AttemptCount())
		})
	}
}

// Without the mark a search is sent once, because it is a POST.
func TestASearchNeedsTheMark(t *testing.T) {
	t.Parallel()
	for name, search := range searches() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &cluster{}
			got := search(t.Context(), transport.Chain(c, retry.New(retry.WithBaseDelay(0))), false)
			require.Error(t, got.Err)
			assert.Len(t, c.hosts, 1)
			assert.Equal(t, retry.ReasonMethod, got.Record.Reason())
		})
	}
}

// TLS settings of a client do not reach the base of a chain.
func TestTLSBelongsToTheBase(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { write(w, r, http.StatusOK) }))
	defer server.Close()
	rt := transport.Chain(server.Client().Transport, retry.New())
	addresses := []string{server.URL}
	wrong := strings.Repeat("00", 32)
	got := elasticSearch(t.Context(), elasticsearch.Config{Addresses: addresses, Transport: rt, DisableRetry: true, CertificateFingerprint: wrong})
	require.NoError(t, got.Err, "the fingerprint is not checked")

	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	got = elasticSearch(t.Context(), elasticsearch.Config{Addresses: addresses, Transport: rt, CACert: authority})
	_, openErr := opensearch.NewClient(opensearch.Config{Addresses: addresses, Transport: rt, CACert: authority})
	require.ErrorContains(t, got.Err, "unable to set CA certificate")
	require.ErrorContains(t, openErr, "unable to set CA certificate")
}
