package light_test

import (
	"context"
	"net/http"

	"github.com/jarcoal/httpmock"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/test/clients"
	"github.com/tripware/tripware/transport"
)

func mocked() clients.Client {
	return clients.Client{
		Name: "httpmock", Module: "github.com/jarcoal/httpmock",
		After: func(ctx context.Context, s clients.Site) clients.Outcome {
			responder := s.Base.RoundTrip // the mock passes on what the server says
			middlewares := []transport.Middleware{retry.New(s.Retry()...)}
			if s.Source != nil {
				middlewares = append(middlewares, auth.New(s.URL, s.Source))
			}
			// line:
			mock := httpmock.NewMockTransport()
			rt := transport.Chain(mock, middlewares...) // those of the program
			// end
			mock.RegisterNoResponder(responder)
			return put(ctx, &http.Client{Transport: rt}, s.URL)
		},
		Record: "`transport.CallOf(resp)`, or `transport.CallOfError(err)` if no response came",
		Off:    "nothing, it is the base of the chain",
		On:     "the whole chain above it, so that a test goes through all layers",
		Cannot: "a request without a responder is an error, which is retried: [docs/testing.md](testing.md#a-mock-at-the-base) has a responder for it",
	}
}
