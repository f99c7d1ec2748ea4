package events_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/events"
	"github.com/tripware/tripware/services/jsm/shape"
	"github.com/tripware/tripware/transport"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	key    = "aaaaaaaa-0000-4000-8000-000000000001"
	prefix = "/jsm/ops/integration"
)

type (
	row     = apitest.Row[service]
	service = *events.Service
)

func open(rt http.RoundTripper) (service, error) {
	c, err := events.New(key, events.WithBase(rt), events.WithTransport(tripware.WithRetry(retry.Off())))
	if err != nil {
		return nil, err
	}
	return c.Alerts, nil
}

// accepted is the row of an operation that the server accepts.
func accepted(name string, repeat services.Repeat, request, body string, call func(context.Context, service) (*services.Result[services.None], error)) row {
	method, path, _ := strings.Cut(request, " ")
	return row{
		Name: name, Repeat: repeat, Exchange: apitest.Exact(method+" "+prefix+path, body, http.StatusAccepted, "event_accepted"),
		Call: func(ctx context.Context, s service) (any, error) {
			got, err := call(ctx, s)
			if err != nil {
				return nil, err
			}
			return got.Meta.Result + " " + got.Meta.RequestID, nil
		},
		Want: "Request will be processed 12345678-0000-4000-8000-000000000001",
	}
}

// S9: each operation says whether it is safe to retry.
func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	create := func(in events.CreateRequest) func(context.Context, service) (*services.Result[services.None], error) {
		return func(ctx context.Context, s service) (*services.Result[services.None], error) {
			return s.Create(ctx, in)
		}
	}
	const again, refusedOnly = services.SafeToRetry, services.RetryIfRefused
	apitest.Run(t, open, []row{
		accepted("Create", again, "POST /v2/alerts", `{"message":"m","alias":"a","description":"d",`+
			`"responders":[{"type":"team","name":"ops"},{"type":"user","username":"ada@example.com"},{"type":"schedule","id":"s"},{"type":"escalation","name":"e"}],`+
			`"visibleTo":[{"type":"team","id":"t"},{"type":"user","id":"u"}],"actions":["x"],"tags":["y"],"details":{"k":"v"},"entity":"e","source":"s","priority":"P1","user":"u","note":"n"}`,
			create(events.CreateRequest{
				Message: "m", Alias: "a", Description: "d", Responders: []events.Responder{
					events.TeamByName("ops"), events.UserByName("ada@example.com"), events.ScheduleByID("s"), events.EscalationByName("e"),
				},
				VisibleTo: []events.Responder{events.TeamByID("t"), events.UserByID("u")}, Actions: []string{"x"}, Tags: []string{"y"},
				Details: map[string]string{"k": "v"}, Entity: "e", Source: "s", Priority: shape.P1, User: "u", Note: "n",
			})),
		accepted("Create/without an alias", refusedOnly, "POST /v2/alerts", `{"message":"m"}`, create(events.CreateRequest{Message: "m"})),
		accepted("Acknowledge", again, "POST /v2/alerts/42/acknowledge?identifierType=tiny", `{}`, func(ctx context.Context, s service) (*services.Result[services.None], error) {
			return s.Acknowledge(ctx, events.ActionRequest{Ref: events.ByTinyID("42")})
		}),
		accepted("Close", refusedOnly, "POST /v2/alerts/a%2Fb/close?identifierType=alias", `{"user":"u","source":"s","note":"n"}`,
			func(ctx context.Context, s service) (*services.Result[services.None], error) {
				return s.Close(ctx, events.ActionRequest{Ref: events.ByAlias("a/b"), User: "u", Source: "s", Note: "n"})
			}),
		accepted("AddNote", refusedOnly, "POST /v2/alerts/x/notes?identifierType=id", `{"note":"n","user":"u","source":"s"}`,
			func(ctx context.Context, s service) (*services.Result[services.None], error) {
				return s.AddNote(ctx, events.AddNoteRequest{Ref: events.ByID("x"), Note: "n", User: "u", Source: "s"})
			}),
	})
}

// S10: what the server would refuse is refused before sending, with the name of the member.
func TestInvalidRequestsAreNotSent(t *testing.T) {
	t.Parallel()
	s, err := open(transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
		t.Error("it was sent")
		return nil, errors.New("sent")
	}))
	require.NoError(t, err)
	for problem, call := range map[string]func() (*services.Result[services.None], error){
		"argument message is required": func() (*services.Result[services.None], error) { return s.Create(t.Context(), events.CreateRequest{}) },
		"argument responders[0] has neither id nor name": func() (*services.Result[services.None], error) {
			return s.Create(t.Context(), events.CreateRequest{Message: "m", Responders: []events.Responder{{}}})
		},
		"argument visibleTo[0] must be a team or a user": func() (*services.Result[services.None], error) {
			return s.Create(t.Context(), events.CreateRequest{Message: "m", VisibleTo: []events.Responder{events.EscalationByID("e")}})
		},
		"argument identifier is required": func() (*services.Result[services.None], error) { return s.Close(t.Context(), events.ActionRequest{}) },
		"argument note is required": func() (*services.Result[services.None], error) {
			return s.AddNote(t.Context(), events.AddNoteRequest{Ref: events.ByID("x")})
		},
	} {
		_, err := call()
		require.ErrorIs(t, err, services.ErrArgument, problem)
		assert.True(t, strings.HasSuffix(err.Error(), problem), "%s: %s", problem, err)
	}
}

// A4, C10: all that is wrong is said at once, with the cure and without the key.
func TestNewRefusesWhatIsImpossible(t *testing.T) {
	t.Parallel()
	const token = "events: API key is a token of an account, which this API does not accept: pass the key of an API integration, or use package services/jsm with the token"
	for name, row := range map[string]struct {
		key  string
		opts []events.Option
		says string
	}{
		"nothing":            {"", nil, "events: API key is empty"},
		"an API token":       {"ATATT3xSECRET", nil, token},
		"an OAuth token":     {"eyJhbGciOSECRET", nil, token},
		"a user and a token": {"me@example.com:SECRET", nil, token},
		"a scheme":           {"GenieKey SECRET", nil, "events: API key begins with GenieKey: pass the key alone"},
		"a space":            {"SECRET ", nil, "events: API key ends with a space: trim it"},
		"a version":          {key, []events.Option{events.WithBaseURL("https://example.com/v2")}, "events: base URL ends in /v2, which each operation adds: leave it out"},
		"a site":             {key, []events.Option{events.WithBaseURL("https://example.atlassian.net")}, "events: base URL is that of a site, which does not serve the API: write https://api.atlassian.com, or leave WithBaseURL out"},
		"no metrics":         {key, []events.Option{events.WithMetrics(nil)}, "events: metrics lack a publisher: use metrics.NewPublishers"},
		"no body":            {key, []events.Option{events.WithMaxBody(-1)}, "events: body limit of -1 bytes is negative: 0 means no bound"},
	} {
		c, err := events.New(row.key, row.opts...)
		require.EqualError(t, err, row.says, name)
		assert.Nil(t, c, name)
		assert.NotContains(t, err.Error(), "SECRET", name)
	}
}

// A3: the key is sent to the origin of the API, and is masked in what the server repeats.
func TestTheKeyIsSentAndMasked(t *testing.T) {
	t.Parallel()
	var got string
	p := metrics.NewPublishers()
	c, err := events.New(key, events.WithBaseURL("http://example.com/own"), events.WithPlainHTTP(), events.WithMetrics(p),
		events.WithBase(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			got = req.URL.String() + " " + req.Header.Get("Authorization")
			return &http.Response{StatusCode: 422, Body: http.NoBody, Header: http.Header{"Atl-Traceid": {key}}, Request: req}, nil
		})))
	require.NoError(t, err)
	assert.Same(t, p, c.Metrics)
	_, err = c.Alerts.Create(t.Context(), events.CreateRequest{Message: "m"})
	require.ErrorIs(t, err, services.ErrInvalid)
	require.NotContains(t, err.Error(), key)
	assert.Equal(t, "http://example.com/own/v2/alerts GenieKey "+key, got)
	_, err = services.Do[services.None](t.Context(), c.Core(), "GET /v2/x", nil, services.ByMethod)
	require.ErrorIs(t, err, services.ErrInvalid)
	c.HTTP().Timeout = 1
	assert.Zero(t, c.HTTP().Timeout)
	c.CloseIdleConnections()
}
