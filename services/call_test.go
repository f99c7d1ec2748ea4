package services_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
)

// watch collects the events of both channels that typed calls publish on.
func watch(opts ...metrics.SubscribeOption) (*metrics.Publishers, *[]metrics.APIEvent, *[]metrics.SDKEvent) {
	p := metrics.NewPublishers()
	var api []metrics.APIEvent
	var sdk []metrics.SDKEvent
	p.API.Subscribe(metrics.On(func(_ context.Context, e metrics.APIEvent) { api = append(api, e) }), opts...)
	p.SDK.Subscribe(metrics.On(func(_ context.Context, e metrics.SDKEvent) { sdk = append(sdk, e) }))
	return p, &api, &sdk
}

type noteRequest struct {
	ref

	Note   string `json:"note,omitzero" check:"required"`
	APIKey string `json:"apiKey,omitzero"`
}

const noteRoute = "POST /v2/alerts/{identifier}/notes"

// Promise O4: a typed call publishes API and SDK after decoding, and below it
// metrics.Calls keeps silent.
func TestACallIsPublishedOnBothChannels(t *testing.T) {
	t.Parallel()
	p, api, sdk := watch(metrics.WithBodies(100))
	var typed bool
	c := open(t, transport.Chain(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		_, typed = transport.Lookup[metrics.Typed](req.Context())
		return answer(req, 200, `{"data":{"id":"7"},"token":"hunter2"}`, "X-Request-Id", "r-1", "Vendor-State", "OK"), nil
	}), limits()), services.WithMetrics(p))
	got, err := services.Do[item](t.Context(), c, noteRoute, noteRequest{ref: ref{Identifier: "a/b"}, Note: "n", APIKey: "hunter2"}, services.ByMethod)
	require.NoError(t, err)
	assert.True(t, typed)
	require.Len(t, *api, 1)
	require.Len(t, *sdk, 1)
	a, s := (*api)[0], (*sdk)[0]
	assert.Equal(t, got.Meta.TransactionID, a.TransactionID)
	assert.Equal(t, got.Meta.TransactionID, s.TransactionID)
	assert.Equal(t, noteRoute, a.Route)
	assert.Equal(t, "/v2/alerts/a%2Fb/notes", s.ResourcePath)
	assert.Positive(t, a.Duration)
	assert.Equal(t, "r-1", a.Result.RequestID)
	assert.Equal(t, "OK", a.Result.RateLimitState)
	assert.JSONEq(t, `{"data":{"id":"7"},"token":"***"}`, a.Body)
	assert.Empty(t, s.ErrorType)
	details, ok := s.Request.(services.RequestDetails)
	require.True(t, ok)
	assert.Equal(t, http.MethodPost, details.Method)
	assert.JSONEq(t, `{"note":"n","apiKey":"***"}`, string(details.Body))
	result, ok := s.Result.(services.ResultDetails)
	require.True(t, ok)
	assert.Equal(t, "r-1", result.RequestID)
	assert.Nil(t, result.Header(), "an event does not keep the response")
	for _, e := range []any{a, s} {
		b, err := json.Marshal(e)
		require.NoError(t, err)
		assert.NotContains(t, string(b)+fmt.Sprintf("%+v", e), "hunter2")
	}
}

// Promise O4: SDK also for calls refused before sending.
func TestEachWayToFailHasItsErrorType(t *testing.T) {
	t.Parallel()
	lost := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) { return nil, errors.New("connection lost") })
	for _, row := range []struct {
		name, want string
		rt         http.RoundTripper
		in         noteRequest
		answered   bool
	}{
		{"refused", metrics.ErrorTypeValidation, lost, noteRequest{}, false},
		{"lost", metrics.ErrorTypeSDK, lost, noteRequest{ref: ref{Identifier: "x"}, Note: "n"}, false},
		{"status", metrics.ErrorTypeAPI, always(422, `{"message":"no"}`), noteRequest{ref: ref{Identifier: "x"}, Note: "n"}, true},
		{"html", metrics.ErrorTypeParsing, always(200, `<html>`), noteRequest{ref: ref{Identifier: "x"}, Note: "n"}, true},
	} {
		p, api, sdk := watch()
		_, err := services.Do[item](t.Context(), open(t, row.rt, services.WithMetrics(p)), noteRoute, row.in, services.ByMethod)
		require.Error(t, err, row.name)
		require.Len(t, *sdk, 1, row.name)
		s := (*sdk)[0]
		assert.Equal(t, row.want, s.ErrorType, row.name)
		assert.Equal(t, err.Error(), s.ErrorMessage, row.name)
		assert.Equal(t, asError(t, err).TransactionID, s.TransactionID)
		assert.NotEmpty(t, s.TransactionID)
		assert.Equal(t, noteRoute, s.Route)
		assert.Equal(t, row.answered, s.Result != nil, row.name)
		assert.Len(t, *api, map[bool]int{true: 1}[row.answered], row.name)
		for _, a := range *api {
			assert.Empty(t, a.Body, "nobody asked for it")
		}
	}
}

// Promise C7: one client serves many calls at once, none sees another's.
func TestManyCallsAtOnceDoNotMix(t *testing.T) {
	t.Parallel()
	c := open(t, transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		return answer(req, 200, fmt.Sprintf(`{"data":{"id":%q},"requestId":%q}`, req.URL.Path, req.URL.Path)), nil
	}))
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			for n := range 50 {
				id := fmt.Sprint(i, "-", n)
				got, err := services.Do[item](t.Context(), c, fmt.Sprintf("GET /v%d/{identifier}", i%5), ref{Identifier: id}, services.ByMethod)
				if assert.NoError(t, err) {
					assert.Equal(t, fmt.Sprintf("/v%d/%s", i%5, id), got.Value.ID)
					assert.Equal(t, got.Value.ID, got.Meta.RequestID)
				}
			}
		})
	}
	wg.Wait()
}

func alertBody() string {
	b, _ := json.Marshal(map[string]any{"requestId": "r-1", "took": 0.01, "data": map[string]any{
		"id": "70413a06-38d6-4c85-92b8-5ebc900d42e2", "tinyId": "1791", "alias": "event_573",
		"message": "Our servers are in danger", "status": "closed", "count": 79,
		"tags": []string{"OverwriteQuietHours", "Critical"}, "details": map[string]string{"serverName": "Zion", "region": "Oregon"},
	}})
	return string(b)
}

type alert struct {
	ID      string            `json:"id"`
	TinyID  string            `json:"tinyId"`
	Alias   string            `json:"alias"`
	Message string            `json:"message"`
	Status  string            `json:"status"`
	Tags    []string          `json:"tags"`
	Count   int               `json:"count"`
	Details map[string]string `json:"details"`
}

// Data that is zero is told from data that is missing, which is an error.
func TestAZeroIsData(t *testing.T) {
	t.Parallel()
	do := func(in any, err error) any {
		require.NoError(t, err)
		return in
	}
	empty := open(t, always(200, `{"data":{}}`))
	assert.Equal(t, item{}, do(value[item](t, empty)))
	assert.Equal(t, map[string]string{}, do(value[map[string]string](t, empty)))
	assert.Equal(t, 0, do(value[int](t, open(t, always(200, `{"data":0}`)))))
	assert.Equal(t, []item{}, do(value[[]item](t, open(t, always(200, `{"data":[]}`)))))
	_, err := value[int](t, open(t, always(200, `{"result":"Done"}`)))
	require.ErrorIs(t, err, services.ErrResponse)
}

func value[T any](t *testing.T, c *services.Client) (any, error) {
	t.Helper()
	got, err := services.Do[T](t.Context(), c, "GET /v2/things", nil, services.ByMethod)
	if err != nil {
		return nil, err
	}
	return got.Value, nil
}

// A typed Get over an in-memory round tripper stays far below the 80 allocations
// that a whole client may cost, of which the chain takes its own share. By hand
// it is 48.
func TestATypedGetIsCheap(t *testing.T) { //nolint:paralleltest // it counts the allocations of the process
	body := alertBody()
	c := open(t, always(200, body, "X-Request-Id", "r-1"))
	typed := testing.AllocsPerRun(200, func() {
		_, err := services.Do[alert](context.Background(), c, "GET /v2/alerts/{identifier}", ref{Identifier: "x", Kind: "alias"}, services.ByMethod)
		if err != nil {
			t.Fatal(err)
		}
	})
	assert.LessOrEqual(t, typed, 60.0, "%v allocations", typed)
}

func BenchmarkDo(b *testing.B) {
	body := alertBody()
	rt := always(200, body, "X-Request-Id", "r-1")
	b.Run("typed", func(b *testing.B) {
		c := open(b, rt)
		b.ReportAllocs()
		for b.Loop() {
			_, err := services.Do[alert](context.Background(), c, "GET /v2/alerts/{identifier}", ref{Identifier: "x", Kind: "alias"}, services.ByMethod)
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("by hand", func(b *testing.B) {
		client := &http.Client{Transport: rt}
		b.ReportAllocs()
		for b.Loop() {
			if err := byHand(client); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func byHand(client *http.Client) error {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, base+"/v2/alerts/x?identifierType=alias", nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var got struct {
		Data alert `json:"data"`
	}
	return json.NewDecoder(resp.Body).Decode(&got)
}
