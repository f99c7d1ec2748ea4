package logging_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"

	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/transport"
)

// withoutTimes drops what differs from run to run.
var withoutTimes = &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey || a.Key == "duration" {
		return slog.Attr{}
	}
	return a
}}

func exampleServer(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Request: req, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(`{"id":7,"token":"s3cret"}`)),
	}, nil
}

func ExampleCalls() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, withoutTimes))
	rt := transport.Chain(transport.RoundTripperFunc(exampleServer), logging.Calls(logger))
	req, _ := http.NewRequest(http.MethodGet, "https://api.example.com/things?limit=5&apiKey=s3cret", nil)
	req = req.WithContext(transport.WithTransactionID(req.Context(), "tx-1"))
	resp, err := rt.RoundTrip(req)
	if err != nil {
		panic(err)
	}
	_ = resp.Body.Close()
	// Output:
	// level=INFO msg="http call" transaction_id=tx-1 method=GET url="https://api.example.com/things?limit=***&apiKey=***" status=200 attempts=1 response.content-type=application/json
}

func ExampleAttempts() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, withoutTimes))
	rt := transport.Chain(transport.RoundTripperFunc(exampleServer), logging.Attempts(logger, logging.WithBodies(4<<10), logging.WithHeaders()))
	req, _ := http.NewRequest(http.MethodGet, "https://api.example.com/things", nil)
	req = req.WithContext(transport.WithTransactionID(req.Context(), "tx-1"))
	resp, err := rt.RoundTrip(req)
	if err != nil {
		panic(err)
	}
	_, _ = io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	// Output:
	// level=DEBUG msg="http attempt" transaction_id=tx-1 method=GET url=https://api.example.com/things status=200 attempt=1
	// level=DEBUG msg="http body" transaction_id=tx-1 attempt=1 side=response status=200 bytes=25 truncated=false body="{\"id\":7,\"token\":\"***\"}"
}

func ExampleConfig_Open() {
	log, err := logging.Config{Format: logging.JSON, Writer: os.Stdout, Level: slog.LevelWarn}.Open()
	if err != nil {
		panic(err)
	}
	defer func() { _ = log.Close() }()
	rt := transport.Chain(transport.RoundTripperFunc(exampleServer), logging.Calls(log.Logger, log.Options()...))
	req, _ := http.NewRequest(http.MethodGet, "https://api.example.com/things", nil)
	resp, err := rt.RoundTrip(req)
	if err != nil {
		panic(err)
	}
	_ = resp.Body.Close()
	_, err = logging.Config{Format: "yaml"}.Open()
	fmt.Println(err)
	// Output:
	// logging: open log: format "yaml" is neither "text" nor "json"
}
