package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// single puts one decorator at a time below an existing client, without the others, and
// checks the order of two.
func single(client *http.Client, url string) {
	before := client.Transport
	for _, add := range []func(client *http.Client, url string){credential, pace, logs} {
		client.Transport = before
		add(client, url)
		get(client, url)
	}
	client.Transport = before
	order(client, slog.Default())
}

func credential(client *http.Client, url string) {
	token := auth.Refresh(func(context.Context) (auth.Token, error) {
		return auth.Token{Value: redact.NewSecret("t0ken"), Expires: time.Now().Add(time.Hour)}, nil
	})
	client.Transport = transport.Chain(client.Transport, auth.New(url, token))
}

func pace(client *http.Client, _ string) {
	limiter := ratelimit.NewLimiter(ratelimit.WithRate(50, 1)) // 50 requests a second; several clients may share it
	client.Transport = transport.Chain(client.Transport, ratelimit.New(limiter))
}

func logs(client *http.Client, _ string) {
	logger := slog.New(slog.NewTextHandler(os.Stdout, nil))
	client.Transport = transport.Chain(client.Transport, logging.Calls(logger))
}

func order(client *http.Client, logger *slog.Logger) {
	right := transport.Chain(client.Transport, logging.Calls(logger), retry.New())
	fmt.Println(right, transport.Check(right))
	wrong := transport.Chain(client.Transport, retry.New(), logging.Calls(logger))
	fmt.Println(wrong, transport.Check(wrong))
}

// get makes a call and prints its record.
func get(client *http.Client, url string) {
	resp, err := client.Get(url + "/today")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%v: %s, attempts: %d\n", client.Transport, text, transport.CallOf(resp).AttemptCount())
}
