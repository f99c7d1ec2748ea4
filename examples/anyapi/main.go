// Anyapi builds a client for any API, with a token that is fetched and refreshed,
// default headers, retries, rate limiting and a custom layer, and prints the record of
// a call.
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

func main() {
	api := httptest.NewServer(library())
	defer api.Close()

	client, err := tripware.New(
		tripware.WithAuth(api.URL, auth.Refresh(fetchToken())),
		tripware.WithIdentity(transport.WithUserAgent("library-reader/1.0"), transport.WithHeader("Accept-Language", "en")),
		tripware.WithRetry(retry.WithBaseDelay(time.Millisecond), retry.WithMaxRetries(3)),
		tripware.WithLimiter(ratelimit.NewLimiter(ratelimit.WithRate(100, 10))),
		tripware.PerCall(announce),
	)
	if err != nil {
		panic(err)
	}
	fmt.Println(client.Transport)

	resp, err := client.Get(api.URL + "/books/7")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		panic(err)
	}
	call := transport.CallOf(resp)
	fmt.Printf("%s: %s\n", resp.Status, text)
	for _, attempt := range call.Attempts() {
		fmt.Printf("attempt %d: status %d\n", attempt.Number, attempt.Status)
	}
	fmt.Println("remaining requests:", call.RateLimit().Remaining)

	_, err = tripware.New(
		tripware.WithRetry(retry.WithCodes("5x"), retry.WithMaxRetries(-1)),
		tripware.WithAuth("http://api.example.com", auth.Bearer(redact.NewSecret("t"))),
	)
	fmt.Println(err)
}

// announce is a custom layer: a function is enough.
func announce(next http.RoundTripper) http.RoundTripper {
	return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		fmt.Println("sending", req.Method)
		return next.RoundTrip(req)
	})
}

// fetchToken takes the place of a call to an identity provider. The first token that
// it returns has already expired, so the server responds with 401 and the client
// fetches another token.
func fetchToken() func(context.Context) (auth.Token, error) {
	var fetched atomic.Int64
	return func(context.Context) (auth.Token, error) {
		return auth.Token{Value: redact.NewSecret(fmt.Sprint("token-", fetched.Add(1)))}, nil
	}
}

// library is a server that accepts only the second token, and is busy once.
func library() http.Handler {
	var busy atomic.Bool
	mux := http.NewServeMux()
	mux.HandleFunc("GET /books/{id}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-RateLimit-Limit", "100")
		w.Header().Set("X-RateLimit-Remaining", "41")
		switch {
		case r.Header.Get("Authorization") != "Bearer token-2":
			w.WriteHeader(http.StatusUnauthorized)
		case busy.CompareAndSwap(false, true):
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			w.Header().Set("Content-Type", "text/plain")
			_, _ = fmt.Fprintf(w, "book %s for %s", r.PathValue("id"), r.UserAgent()) //nolint:gosec // plain text
		}
	})
	return mux
}
