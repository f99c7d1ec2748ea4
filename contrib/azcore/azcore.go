package azcore

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"

	azcore "github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// ClientOptions returns options with which a client of the Azure SDK sends its requests
// through chain, and leaves retries to it. Like azcore's own transport it follows up to ten
// redirects. The other settings have their defaults and may be changed; more policies may be
// appended to PerCallPolicies. azcore's retries stay off even if Retry is changed, and for
// calls with policy.WithRetryOptions.
//
// Without a retry loop in chain, there are no retries at all. The client has the connections
// of chain's base: azcore's own base also permits TLS renegotiation, which
// network.WithTLSConfig can set.
//
// The error says that chain is nil, or lists what [transport.Check] finds. The options may
// be used for several clients, at the same time.
func ClientOptions(chain http.RoundTripper) (policy.ClientOptions, error) {
	if err := check(chain); err != nil {
		return policy.ClientOptions{}, fmt.Errorf("azcore: client options: %w", err)
	}
	if loopOf(chain) != "" {
		chain = &bodies{layer.NewLink("azcore", layer.Anywhere, chain)}
	}
	return policy.ClientOptions{
		Transport:       &http.Client{Transport: chain},
		Retry:           off(),
		PerCallPolicies: []policy.Policy{single{}},
	}, nil
}

// KeepRetries returns options with which a client of the Azure SDK sends its requests
// through chain and makes its own retries. Each of its attempts is a call of the chain, and
// has a separate record unless the caller used [transport.Begin]. Retry and the other
// settings of the result may be changed.
//
// The error says that chain is nil, that it has a retry loop, whose attempts would multiply
// azcore's (add retry.Off to its options), or lists what [transport.Check] finds. An error
// that another attempt would get again, such as a refusal by the limiter, is not retried.
func KeepRetries(chain http.RoundTripper) (policy.ClientOptions, error) {
	err := check(chain)
	if err == nil {
		if loop := loopOf(chain); loop != "" {
			err = fmt.Errorf("the chain has a retry loop, %s, whose attempts would multiply azcore's: "+
				"leave it out, add retry.Off, or use ClientOptions", loop)
		}
	}
	if err != nil {
		return policy.ClientOptions{}, fmt.Errorf("azcore: keep retries: %w", err)
	}
	return policy.ClientOptions{Transport: &final{http.Client{Transport: chain}}}, nil
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

func check(chain http.RoundTripper) error {
	if v := reflect.ValueOf(chain); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return errors.New("the chain is nil: build one with tripware.NewTransport or transport.Chain")
	}
	return transport.Check(chain)
}
