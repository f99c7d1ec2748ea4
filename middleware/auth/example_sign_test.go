package auth_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// mac is what both sides compute: an HMAC over method, path, query, host, date and
// the digest of the body.
func mac(req *http.Request, date string, digest []byte) string {
	h := hmac.New(sha256.New, []byte("shared secret"))
	for _, part := range []string{req.Method, req.URL.EscapedPath(), req.URL.RawQuery, req.Host, date, hex.EncodeToString(digest)} {
		_, _ = io.WriteString(h, part+"\n")
	}
	return hex.EncodeToString(h.Sum(nil))
}

// verify is the server's side.
func verify(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	digest := sha256.Sum256(body)
	given, signed := strings.CutPrefix(r.Header.Get("Authorization"), "HMAC ")
	if !signed || !hmac.Equal([]byte(given), []byte(mac(r, r.Header.Get("Date"), digest[:]))) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	_, _ = fmt.Fprintf(w, "%s %s with %q", r.Method, r.URL, body)
}

func ExampleSign() {
	source := auth.Sign(func(req *http.Request, digest []byte) error {
		date := time.Now().UTC().Format(http.TimeFormat)
		req.Header.Set("Date", date)
		req.Header.Set("Authorization", "HMAC "+mac(req, date, digest))
		return nil
	}, auth.WithDigest(sha256.New))

	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		received := req.Clone(req.Context())
		if received.Host == "" {
			received.Host = req.URL.Host // as net/http sends it
		}
		w := httptest.NewRecorder()
		verify(w, received)
		return w.Result(), nil
	})
	client := &http.Client{Transport: transport.Chain(server, auth.New("https://api.example.com", source))}
	for _, url := range []string{"https://api.example.com/a%20b?c=d", "https://elsewhere.test/"} {
		resp, err := client.Post(url, "text/plain", strings.NewReader("hello"))
		if err != nil {
			panic(err)
		}
		answer, err := io.ReadAll(resp.Body)
		if err != nil {
			panic(err)
		}
		_ = resp.Body.Close()
		fmt.Println(resp.StatusCode, string(answer))
	}
	// Output:
	// 200 POST https://api.example.com/a%20b?c=d with "hello"
	// 401
}

// Webhooks are often signed by an HMAC of the body alone: the digest may be one.
func ExampleWithDigest() {
	key := []byte("shared secret")
	source := auth.Sign(func(req *http.Request, digest []byte) error {
		req.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(digest))
		return nil
	}, auth.WithDigest(func() hash.Hash { return hmac.New(sha256.New, key) }))
	show := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		fmt.Println(req.Header.Get("X-Hub-Signature-256")[:23])
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: req}, nil
	})
	client := &http.Client{Transport: auth.New("https://hooks.example.com", source)(show)}
	resp, err := client.Post("https://hooks.example.com/", "text/plain", strings.NewReader("hello"))
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	// Output: sha256=d8857f845901813b
}

func ExampleHeader() {
	client := &http.Client{Transport: auth.New("https://api.example.com", auth.Header("X-Api-Key", redact.NewSecret("x")))(showAll)}
	get(context.Background(), client, "https://api.example.com/")
	get(context.Background(), client, "https://elsewhere.test/")
	// Output:
	// https://api.example.com/ map[X-Api-Key:[x]]
	// https://elsewhere.test/ map[]
}

func ExampleQuery() {
	client := &http.Client{Transport: auth.New("https://api.example.com", auth.Query("key", redact.NewSecret("x")))(showAll)}
	get(context.Background(), client, "https://api.example.com/places?near=home")
	get(context.Background(), client, "https://elsewhere.test/")
	// Output:
	// https://api.example.com/places?near=home&key=x map[]
	// https://elsewhere.test/ map[]
}

func ExampleInHeader() {
	token := func(context.Context) (auth.Token, error) { return auth.Token{Value: redact.NewSecret("t")}, nil }
	source := auth.InHeader("X-Access-Token", auth.Refresh(token, auth.WithScheme("")))
	client := &http.Client{Transport: auth.New("https://api.example.com", source)(showAll)}
	get(context.Background(), client, "https://api.example.com/")
	// Output: https://api.example.com/ map[X-Access-Token:[t]]
}

// showAll answers with what it got.
var showAll = transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
	fmt.Println(req.URL, req.Header)
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: req}, nil
})
