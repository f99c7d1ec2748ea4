package opsgenie_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/transport"
)

// replies answers the same at once.
func replies(status int, body string) transport.RoundTripperFunc {
	header := http.Header{"Content-Type": {"application/json"}, "X-Request-Id": {"r"}, "X-Ratelimit-State": {"OK"}}
	return func(req *http.Request) (*http.Response, error) {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return &http.Response{StatusCode: status, Header: header, Body: reply{strings.NewReader(body)}, ContentLength: int64(len(body)), Request: req}, nil
	}
}

func above(b *testing.B, base http.RoundTripper) *opsgenie.Client {
	b.Helper()
	c, err := opsgenie.New("k", opsgenie.WithBase(base))
	if err != nil {
		b.Fatal(err)
	}
	return c
}

type reply struct{ *strings.Reader }

func (reply) Close() error { return nil }

func BenchmarkGet(b *testing.B) {
	body, err := os.ReadFile("alert/testdata/get.json")
	if err != nil {
		b.Fatal(err)
	}
	c := above(b, replies(http.StatusOK, string(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Alerts.Get(b.Context(), alert.GetRequest{Ref: alert.ByAlias("a/b")}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCreate(b *testing.B) {
	c := above(b, replies(http.StatusAccepted, `{"result":"Request will be processed","took":0.1,"requestId":"r"}`))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Alerts.Create(b.Context(), alert.CreateRequest{Message: "m", Alias: "a", Tags: []string{"x", "y"}}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGetByHand is the same with net/http and encoding/json alone, and no
// attempt more than one.
func BenchmarkGetByHand(b *testing.B) {
	body, err := os.ReadFile("alert/testdata/get.json")
	if err != nil {
		b.Fatal(err)
	}
	client := &http.Client{Transport: replies(http.StatusOK, string(body))}
	b.ReportAllocs()
	for b.Loop() {
		if err := byHand(b, client); err != nil {
			b.Fatal(err)
		}
	}
}

func byHand(b *testing.B, client *http.Client) error {
	b.Helper()
	target := "https://api.opsgenie.com/v2/alerts/" + url.PathEscape("a/b") + "?identifierType=alias"
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, target, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "GenieKey k")
	req.Header.Set("Accept", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var got struct {
		Data      alert.Alert `json:"data"`
		Took      float64     `json:"took"`
		RequestID string      `json:"requestId"`
	}
	return json.NewDecoder(resp.Body).Decode(&got)
}
