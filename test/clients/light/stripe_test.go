package light_test

import (
	"context"
	"net/http"

	"github.com/stripe/stripe-go/v82"

	"github.com/tripware/tripware/test/clients"
	"github.com/tripware/tripware/transport"
)

func stripeGo() clients.Client {
	return clients.Client{
		Name: "stripe-go", Module: "github.com/stripe/stripe-go/v82",
		Before: func(ctx context.Context, s clients.Site) clients.Outcome {
			return stripeCreate(ctx, &stripe.BackendConfig{HTTPClient: &http.Client{Transport: s.Chain()}}, s.URL)
		},
		After: func(ctx context.Context, s clients.Site) clients.Outcome {
			rt := s.Chain()
			// line:
			config := &stripe.BackendConfig{HTTPClient: &http.Client{Transport: rt}, MaxNetworkRetries: stripe.Int64(0)}
			// end
			return stripeCreate(ctx, config, s.URL)
		},
		Own:    "2",
		Record: "`transport.Begin`",
		Off:    "`MaxNetworkRetries: stripe.Int64(0)`; the default is 2",
		On:     "its Idempotency-Key header, by which the chain knows that a POST is safe to retry",
		Skip: map[string]string{
			"401": "it sends its own key, which cannot be renewed, in the Authorization header, and the chain leaves it there",
		},
	}
}

func stripeCreate(ctx context.Context, config *stripe.BackendConfig, url string) clients.Outcome {
	config.URL, config.LeveledLogger = stripe.String(url), &stripe.LeveledLogger{Level: stripe.LevelNull}
	client := stripe.NewClient("sk_test_1", stripe.WithBackends(stripe.NewBackendsWithConfig(config)))
	ctx, call := transport.Begin(ctx)
	defer call.End()
	_, err := client.V1Customers.Create(ctx, &stripe.CustomerCreateParams{Name: stripe.String("one")})
	return clients.Outcome{Err: err, Record: call}
}
