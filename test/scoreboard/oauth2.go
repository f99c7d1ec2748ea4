package scoreboard

import (
	"net/http"

	"golang.org/x/oauth2"

	"github.com/tripware/tripware/rttest"
)

// The token source is the only setting.
func oauth() Peer {
	return Peer{
		Name: "x/oauth2 Transport", Module: "golang.org/x/oauth2", Kind: KindCredential,
		Settings: "A static token.",
		Wrap: func(base http.RoundTripper) http.RoundTripper {
			return &oauth2.Transport{Base: base, Source: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: secret})}
		},
		Claims: []rttest.Option{rttest.Carries(rttest.Credential{Origin: origin, Secret: secret})},
	}
}
