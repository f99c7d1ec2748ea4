package auth_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// show answers with the header that it got.
var show = transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
	fmt.Printf("%s: %q\n", req.URL.Host, req.Header.Get("Authorization"))
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: req}, nil
})

func get(ctx context.Context, client *http.Client, url string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		panic(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
}

func ExampleNew() {
	credential := auth.Bearer(redact.NewSecret("x"))
	client := &http.Client{Transport: transport.Chain(show, auth.New("https://api.example.com", credential))}
	get(context.Background(), client, "https://api.example.com/")
	get(context.Background(), client, "https://elsewhere.test/")
	// Output:
	// api.example.com: "Bearer x"
	// elsewhere.test: ""
}

func ExampleKey() {
	client := &http.Client{Transport: auth.New("https://api.example.com", auth.Key("GenieKey", redact.NewSecret("x")))(show)}
	get(context.Background(), client, "https://api.example.com/")
	// Output: api.example.com: "GenieKey x"
}

func ExampleBearer() {
	token := redact.NewSecret("x")
	client := &http.Client{Transport: auth.New("https://api.example.com", auth.Bearer(token))(show)}
	get(context.Background(), client, "https://api.example.com/")
	fmt.Println(token)
	// Output:
	// api.example.com: "Bearer x"
	// ***
}

func ExampleBasic() {
	client := &http.Client{Transport: auth.New("https://api.example.com", auth.Basic("Aladdin", redact.NewSecret("open sesame")))(show)}
	get(context.Background(), client, "https://api.example.com/")
	// Output: api.example.com: "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
}

func ExampleNone() {
	client := &http.Client{Transport: auth.New("https://api.example.com", auth.Bearer(redact.NewSecret("x")))(show)}
	get(auth.WithSource(context.Background(), auth.None()), client, "https://api.example.com/public")
	// Output: api.example.com: ""
}

func ExampleWithSource() {
	client := &http.Client{Transport: auth.New("https://api.example.com", auth.Bearer(redact.NewSecret("ours")))(show)}
	theirs := auth.Bearer(redact.NewSecret("theirs"))
	get(auth.WithSource(context.Background(), theirs), client, "https://api.example.com/")
	// Output: api.example.com: "Bearer theirs"
}

func ExampleRefresh() {
	fetches := 0
	source := auth.Refresh(func(context.Context) (auth.Token, error) {
		fetches++ // one fetch runs at a time
		token := redact.NewSecret(fmt.Sprintf("token-%d", fetches))
		return auth.Token{Value: token, Expires: time.Now().Add(time.Hour)}, nil
	})
	client := &http.Client{Transport: auth.New("https://api.example.com", source)(show)}
	get(context.Background(), client, "https://api.example.com/")
	get(context.Background(), client, "https://api.example.com/")
	// Output:
	// api.example.com: "Bearer token-1"
	// api.example.com: "Bearer token-1"
}

func ExampleNewSecret() {
	fmt.Println(redact.NewSecret("x"))
	// Output: ***
}
