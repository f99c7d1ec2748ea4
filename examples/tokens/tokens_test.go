package tokens_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// newClient returns a client of an API, whose tokens come from an issuer by the client
// credentials grant of OAuth 2.0 (RFC 6749 section 4.4).
func newClient(api, issuer, id string, secret redact.Secret) (*http.Client, error) {
	timeouts := tripware.WithRetry(retry.WithAttemptTimeout(10*time.Second), retry.WithCallTimeout(time.Minute))
	plain, err := tripware.New(timeouts) // it fetches the tokens, so it must not need one
	if err != nil {
		return nil, err
	}
	identity, err := services.New(plain, issuer, services.JSON{})
	if err != nil {
		return nil, err
	}
	return tripware.New(timeouts, tripware.WithAuth(api, auth.Refresh(clientCredentials(identity, id, secret))))
}

// clientCredentials returns the function that fetches a token.
func clientCredentials(identity *services.Client, id string, secret redact.Secret) func(context.Context) (auth.Token, error) {
	type grant struct {
		Type   string        `form:"grant_type"`
		ID     string        `form:"client_id"`
		Secret redact.Secret `form:"client_secret"`
	}
	type issued struct {
		Token string `json:"access_token"`
		Life  int    `json:"expires_in"` // in seconds
	}
	return func(ctx context.Context) (auth.Token, error) {
		asked := time.Now()
		got, err := services.Do[issued](ctx, identity, "POST /token", grant{"client_credentials", id, secret}, services.SafeToRetry)
		if err != nil {
			return auth.Token{}, err
		}
		token := auth.Token{Value: redact.NewSecret(got.Value.Token)}
		if got.Value.Life > 0 {
			token.Expires = asked.Add(time.Duration(got.Value.Life) * time.Second)
		}
		return token, nil
	}
}

// partner is an API and its issuer. The first token is revoked before its time.
func partner() *httptest.Server {
	issued := 0
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.PostFormValue("grant_type") != "client_credentials" || r.PostFormValue("client_secret") != "right" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = fmt.Fprint(w, `{"error":"invalid_client"}`)
			return
		}
		issued++
		_, _ = fmt.Fprintf(w, `{"access_token":"t%d","token_type":"Bearer","expires_in":3600}`, issued)
	})
	mux.HandleFunc("GET /orders", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer t2" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	return httptest.NewServer(mux)
}

func Example() {
	server := partner()
	defer server.Close()
	client, err := newClient(server.URL, server.URL, "library", redact.NewSecret("right"))
	if err != nil {
		panic(err)
	}
	for range 2 {
		resp, err := client.Get(server.URL + "/orders")
		if err != nil {
			panic(err)
		}
		_ = resp.Body.Close()
		call := transport.CallOf(resp)
		fmt.Println(resp.StatusCode, "after", call.AttemptCount(), "attempts and", len(call.Waits()), "fetches")
	}
	// Output:
	// 200 after 2 attempts and 2 fetches
	// 200 after 1 attempts and 0 fetches
}

// The issuer refuses the client for good, so nobody asks it again.
func Example_final() {
	server := partner()
	defer server.Close()
	client, err := newClient(server.URL, server.URL, "library", redact.NewSecret("wrong"))
	if err != nil {
		panic(err)
	}
	resp, err := client.Get(server.URL + "/orders")
	if err == nil {
		_ = resp.Body.Close()
	}
	fmt.Println(strings.ReplaceAll(err.Error(), server.URL, "https://api.example.com"))
	fmt.Println(transport.CallOfError(err).AttemptCount(), "attempts,", transport.CallOfError(err).ErrorClass())
	// Output:
	// Get "https://api.example.com/orders": auth: sign request: token request: services: POST /token: 401: invalid_client
	// 0 attempts, credential
}
