package incident_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/incident"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

func refusals() []row {
	refused := func(name string, call func(context.Context, service) (any, error)) row {
		return row{Name: name, Call: call, Err: services.ErrArgument}
	}
	ref := incident.ByID("x")
	return []row{
		refused("Create/no message", func(ctx context.Context, s service) (any, error) { return s.Create(ctx, incident.CreateRequest{}) }),
		refused("Create/nobody responds", func(ctx context.Context, s service) (any, error) {
			return s.Create(ctx, incident.CreateRequest{Message: "m", Responders: []shape.Responder{shape.UserByID("")}})
		}),
		refused("Get/no incident", func(ctx context.Context, s service) (any, error) { return s.Get(ctx, incident.GetRequest{}) }),
		refused("Get/what is another route", func(ctx context.Context, s service) (any, error) {
			return s.Get(ctx, incident.GetRequest{Ref: incident.ByID("requests")})
		}),
		refused("AddResponder/nobody", func(ctx context.Context, s service) (any, error) {
			return s.AddResponder(ctx, incident.AddResponderRequest{Ref: ref})
		}),
		refused("AddResponder/one of them", func(ctx context.Context, s service) (any, error) {
			return s.AddResponder(ctx, incident.AddResponderRequest{Ref: ref, Responders: []shape.Responder{shape.TeamByID("t"), {}}})
		}),
		refused("AddTags/none", func(ctx context.Context, s service) (any, error) {
			return s.AddTags(ctx, incident.AddTagsRequest{Ref: ref})
		}),
		refused("AddNote/empty", func(ctx context.Context, s service) (any, error) {
			return s.AddNote(ctx, incident.AddNoteRequest{Ref: ref})
		}),
		refused("UpdatePriority/empty", func(ctx context.Context, s service) (any, error) {
			return s.UpdatePriority(ctx, incident.UpdatePriorityRequest{Ref: ref})
		}),
		refused("List/negative offset", func(ctx context.Context, s service) (any, error) {
			return s.List(ctx, incident.ListRequest{Offset: -1})
		}),
	}
}

// S3: isSuccess=false is final and typed.
func TestAChangeThatFailsIsATypedError(t *testing.T) {
	t.Parallel()
	said, err := os.ReadFile("testdata/request_status_failed.json")
	require.NoError(t, err)
	s, err := open(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: io.NopCloser(bytes.NewReader(said)), Request: req}, nil
	}))
	require.NoError(t, err)
	_, err = s.Resume("r-1").Incident(t.Context())
	require.EqualError(t, err, "incident: resolve: Incident does not exist [request r-1]")
	_, err = s.Resume("").Wait(t.Context())
	require.ErrorIs(t, err, services.ErrArgument)
}

// S3: WithPolling sets how a wait begins.
func TestAWaitPollsAsTheServiceSays(t *testing.T) {
	t.Parallel()
	asked := 0
	client, err := services.New(&http.Client{Transport: transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		asked++
		waits := http.Header{wire.HeaderErrorType: {wire.RequestNotProcessed}}
		return &http.Response{StatusCode: 404, Header: waits, Body: http.NoBody, Request: req}, nil
	})}, "https://api.opsgenie.com", wire.Codec{})
	require.NoError(t, err)
	_, err = incident.New(client, nil, incident.WithPolling(poll.WithMaxRetries(3), poll.WithBaseDelay(0))).Resume("r-1").Wait(t.Context())
	require.ErrorIs(t, err, poll.ErrUnsettled)
	require.ErrorIs(t, err, wire.ErrNotProcessed)
	assert.Equal(t, 4, asked)
}

func ExampleNew() {
	answers := []string{
		`{"result": "Request will be processed", "requestId": "r-1"}`,
		`{"data": {"isSuccess": true, "incidentId": "60b9"}}`,
		`{"data": {"id": "60b9", "tinyId": "57", "message": "Checkout is failing", "status": "open"}}`,
	}
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		fmt.Println(req.Method, req.URL.Path)
		body := io.NopCloser(strings.NewReader(answers[0]))
		answers = answers[1:]
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	pending, err := incident.New(client).Create(ctx, incident.CreateRequest{Message: "Checkout is failing"})
	if err != nil {
		panic(err)
	}
	opened, err := pending.Incident(ctx)
	if err != nil {
		panic(err)
	}
	fmt.Println(opened.Value.TinyID, opened.Value.Status)
	// Output:
	// POST /v1/incidents/create
	// GET /v1/incidents/requests/r-1
	// GET /v1/incidents/60b9
	// 57 open
}
