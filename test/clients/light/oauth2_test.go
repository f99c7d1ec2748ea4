package light_test

import (
	"context"
	"net/http"
	"strings"
	"sync"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/test/clients"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

func oauth2Above() clients.Client {
	return clients.Client{
		Name: "x/oauth2 above", Module: "golang.org/x/oauth2",
		After: func(ctx context.Context, s clients.Site) clients.Outcome {
			rt := s.Chain()
			source := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "outdated"})
			// line:
			client := &http.Client{Transport: &oauth2.Transport{Source: source, Base: rt}}
			// end
			return put(ctx, client, s.URL)
		},
		Record: "`transport.CallOf(resp)`, or `transport.CallOfError(err)` if no response came",
		Off:    "nothing, it has no retries of its own",
		Cannot: "all attempts of a call have the same token, and a 401 is final",
		Why:    map[string]string{"401": "the token is set above the retry loop, and x/oauth2 does not renew it after a 401"},
	}
}

func oauth2Below() clients.Client {
	return clients.Client{
		Name: "x/oauth2 below", Module: "golang.org/x/oauth2",
		After: func(ctx context.Context, s clients.Site) clients.Outcome {
			base, source := s.Base, oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "outdated"})
			retries := retry.New(s.Retry()...)
			// line:
			rt := transport.Chain(&oauth2.Transport{Source: source, Base: base}, retries) // retries is retry.New()
			// end
			return put(ctx, &http.Client{Transport: rt}, s.URL)
		},
		Record: "`transport.CallOf(resp)`, or `transport.CallOfError(err)` if no response came",
		Off:    "nothing, it has no retries of its own",
		Cannot: "a 401 is final: a token is replaced when it has expired",
		Why:    map[string]string{"401": "x/oauth2 renews a token when it expires, and not after a 401"},
	}
}

func oauth2Source() clients.Client {
	var issued tokens
	return clients.Client{
		Name: "x/oauth2 as a source", Module: "golang.org/x/oauth2",
		Aside: issued.serve,
		After: func(ctx context.Context, s clients.Site) clients.Outcome {
			origin, base := s.URL, s.Base
			config := clientcredentials.Config{TokenURL: origin + "/token", ClientID: "id", AuthStyle: oauth2.AuthStyleInHeader}
			retries := retry.New(s.Retry()...)
			// line:
			source := auth.Refresh(func(ctx context.Context) (auth.Token, error) {
				t, err := config.Token(ctx) // of clientcredentials.Config
				if err != nil {
					return auth.Token{}, err
				}
				return auth.Token{Value: redact.NewSecret(t.AccessToken), Expires: t.Expiry}, nil
			})
			rt := transport.Chain(base, retries, auth.New(origin, source)) // retries is retry.New()
			// end
			return put(context.WithValue(ctx, oauth2.HTTPClient, &http.Client{Transport: base}), &http.Client{Transport: rt}, s.URL)
		},
		Record: "`transport.CallOf(resp)`, or `transport.CallOfError(err)` if no response came",
		Off:    "nothing, it has no retries of its own",
		On:     "an `AuthStyle`: without it, x/oauth2 asks for a token a second time after an error, in the other style",
	}
}

// tokens counts the tokens that were issued to each host, which is one scene of one call.
type tokens struct {
	mu sync.Mutex
	of map[string]int
}

func (t *tokens) serve(w http.ResponseWriter, r *http.Request) bool {
	if r.URL.Path != "/token" {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.of == nil {
		t.of = map[string]int{}
	}
	t.of[r.Host]++
	token := "outdated"
	if t.of[r.Host] > 1 {
		token = "renewed"
	}
	write(w, http.StatusOK, `{"access_token":"`+token+`","token_type":"Bearer","expires_in":3600}`)
	return true
}

func put(ctx context.Context, client *http.Client, url string) clients.Outcome {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, url+"/items/1", strings.NewReader(`{"name":"one"}`))
	if err != nil {
		return clients.Outcome{Err: err}
	}
	resp, err := client.Do(req)
	if err != nil {
		return clients.Outcome{Err: err}
	}
	return clients.Outcome{Response: resp, Err: resp.Body.Close()}
}
