package archive

import (
	"context"
	"errors"
	"os"

	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

// HasKey reports whether OPSGENIE_API_KEY is set.
func HasKey() bool { return os.Getenv("OPSGENIE_API_KEY") != "" }

// Connect returns a client for the account in the environment: OPSGENIE_API_KEY and,
// unless the account is in the US, OPSGENIE_API_URL. Retries and the adaptive limiter
// are the client's defaults.
func Connect() (*opsgenie.Client, error) {
	var opts []opsgenie.Option
	if url := os.Getenv("OPSGENIE_API_URL"); url != "" {
		opts = append(opts, opsgenie.WithBaseURL(url))
	}
	return opsgenie.New(os.Getenv("OPSGENIE_API_KEY"), opts...)
}

// Simulate starts a simulated Opsgenie on loopback that throttles. fill may create an
// account on it. The returned client is a new one, whose limiter has not learned
// anything yet. The caller closes the server.
func Simulate(ctx context.Context, fill func(context.Context, *Demo) error) (*opsgenietest.Server, *opsgenie.Client, error) {
	server, err := opsgenietest.Start(
		opsgenietest.WithRateLimit(opsgenietest.DomainConfiguration, 60, 60), // tokens a second, and at most
		opsgenietest.WithRateLimit(opsgenietest.DomainIntegrationConfiguration, 20, 4),
		opsgenietest.WithRateLimit(opsgenietest.DomainSearch, 5, 2),
	)
	if err != nil {
		return nil, nil, err
	}
	connect := func() (*opsgenie.Client, error) { return opsgenie.New(server.Key, opsgenie.WithBaseURL(server.URL)) }
	filling, err := connect()
	if err == nil {
		err = fill(ctx, NewDemo(filling))
	}
	client, fault := connect()
	if err := errors.Join(err, fault); err != nil {
		server.Close()
		return nil, nil, err
	}
	return server, client, nil
}
