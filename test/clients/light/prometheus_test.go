package light_test

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/api"
	prometheus "github.com/prometheus/client_golang/api/prometheus/v1"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/test/clients"
	"github.com/tripware/tripware/transport"
)

func prometheusAPI() clients.Client {
	return clients.Client{
		Name: "Prometheus API client", Module: "github.com/prometheus/client_golang",
		Before: func(ctx context.Context, s clients.Site) clients.Outcome {
			client, err := api.NewClient(api.Config{Address: s.URL, RoundTripper: s.Chain()})
			if err != nil {
				return clients.Outcome{Err: err}
			}
			_, _, _, err = prometheus.NewAPI(client).Query(ctx, "up", time.Unix(0, 0))
			return clients.Outcome{Err: err}
		},
		After: func(ctx context.Context, s clients.Site) clients.Outcome {
			rt, url := s.Chain(), s.URL
			// line:
			client, err := api.NewClient(api.Config{Address: url, RoundTripper: rt})
			ctx = retry.Safe(ctx) // a query is a POST, but only reads
			// end
			if err != nil {
				return clients.Outcome{Err: err}
			}
			ctx, call := transport.Begin(ctx)
			defer call.End()
			_, _, _, err = prometheus.NewAPI(client).Query(ctx, "up", time.Unix(0, 0))
			return clients.Outcome{Err: err, Record: call}
		},
		Answer: func(w http.ResponseWriter, _ *http.Request, status int) {
			if status == http.StatusOK {
				write(w, status, `{"status":"success","data":{"resultType":"vector","result":[]}}`)
				return
			}
			write(w, status, `{"status":"error","errorType":"unavailable","error":"try again"}`)
		},
		Record: "`transport.Begin`",
		Off:    "nothing, it has no retries of its own",
	}
}
