package azcore

import (
	"errors"
	"fmt"
	"net/http"

	azcore "github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// An Option configures [ClientOptions]. Nil options are skipped.
type Option func(*config)

type config struct{ keep bool }

// KeepRetries keeps azcore's retries, which Retry of the result and policy.WithRetryOptions
// set. The chain must not retry. By default the chain's retry loop replaces azcore's.
//
// Each attempt of azcore is then a call of the chain. To have one record of all of them, call
// [transport.Begin] and pass its context to the operation. An error that another attempt
// would get again, such as a refusal by the chain's limiter, is not retried.
func KeepRetries() Option { return func(c *config) { c.keep = true } }

// ClientOptions returns options with which a client of the Azure SDK sends its requests
// through chain, which is the transport of a client from tripware.New or a
// [transport.Chain]. Like azcore's own transport it follows up to ten redirects. The other
// settings have their defaults and may be changed, and more policies may be appended to
// PerCallPolicies. The result may be used for several clients.
//
// Without [KeepRetries], azcore's retries stay off even if Retry is changed, and for calls
// with policy.WithRetryOptions. ClientOptions returns an error if the chain has no retry
// loop, or if the chain is nil or invalid (see [transport.Check]). With KeepRetries, it
// returns an error if the chain has a retry loop.
//
// The connections are those of the chain's base. Unlike azcore's own, it does not permit TLS
// renegotiation, unless network.WithTLSConfig says so.
func ClientOptions(chain http.RoundTripper, opts ...Option) (policy.ClientOptions, error) {
	var c config
	for _, opt := range opts {
		if opt != nil {
			opt(&c)
		}
	}
	if err := c.check(chain); err != nil {
		return policy.ClientOptions{}, err
	}
	if c.keep {
		return policy.ClientOptions{Transport: &final{http.Client{Transport: chain}}}, nil
	}
	return policy.ClientOptions{
		Transport:       &http.Client{Transport: &bodies{layer.NewLink("azcore", layer.Anywhere, chain)}},
		Retry:           off(),
		PerCallPolicies: []policy.Policy{single{}},
	}, nil
}

func (c *config) check(chain http.RoundTripper) error {
	if chain == nil {
		return errors.New("azcore: the chain is nil: pass the Transport of a client from tripware.New, or a transport.Chain")
	}
	if err := transport.Check(transport.Chain(chain)); err != nil {
		return fmt.Errorf("azcore: the chain is invalid: %w", err)
	}
	switch retries := transport.Retries(chain); {
	case c.keep && retries:
		return errors.New("azcore: the chain retries and KeepRetries keeps the retries of azcore, so their attempts would multiply: " +
			"switch the chain's retries off with retry.Off, or leave KeepRetries out")
	case !c.keep && !retries:
		return errors.New("azcore: the chain has no retry loop and the retries of azcore would be off, so nothing would retry: " +
			"add retry.New to the chain, or use KeepRetries")
	}
	return nil
}

// CallOfError returns the record of the call that ended with err: with an
// [*azcore.ResponseError], or with an error of the chain. It returns nil for errors of other
// kinds, such as that no token could be had.
func CallOfError(err error) *transport.Call {
	if answered, ok := errors.AsType[*azcore.ResponseError](err); ok {
		return transport.CallOf(answered.RawResponse)
	}
	return transport.CallOfError(err)
}
