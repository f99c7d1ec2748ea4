package scoreboard

import (
	"net/http"

	"k8s.io/client-go/transport"

	"github.com/tripware/tripware/rttest"
)

// The token is the only setting. The method that returns the decorated transport is
// called WrappedRoundTripper, not Unwrap, and is not checked.
func kubernetesBearer() Peer {
	return Peer{
		Name: "client-go bearer token", Module: "k8s.io/client-go", Kind: KindCredential,
		Settings: "NewBearerAuthRoundTripper.",
		Wrap: func(base http.RoundTripper) http.RoundTripper {
			return transport.NewBearerAuthRoundTripper(secret, base)
		},
		Claims: []rttest.Option{rttest.Carries(rttest.Credential{Origin: origin, Secret: secret})},
	}
}
