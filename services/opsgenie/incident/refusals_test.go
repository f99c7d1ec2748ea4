package incident_test

import (
	"bytes"
	"context"
	"errors"
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
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/incident"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

func refusals() []row {
	ref := incident.ByID("x")
	return []row{
		refused("Create/a responder without a name", func(ctx context.Context, s service) (pending, error) {
			return s.Create(ctx, incident.CreateRequest{Message: "m", Responders: []shape.Responder{shape.UserByID("")}})
		}),
		refused("Get/no incident", func(ctx context.Context, s service) (*services.Result[incident.Incident], error) {
			return s.Get(ctx, incident.Ref{})
		}),
		refused("Get/another route", func(ctx context.Context, s service) (*services.Result[incident.Incident], error) {
			return s.Get(ctx, incident.ByID("requests"))
		}),
		refused("Delete/no incident", func(ctx context.Context, s service) (pending, error) { return s.Delete(ctx, incident.ByTinyID("")) }),
		refused("GetRequestStatus/no request", func(ctx context.Context, s service) (*services.Result[incident.RequestStatus], error) {
			return s.GetRequestStatus(ctx, "")
		}),
		refused("AddResponder/nobody", func(ctx context.Context, s service) (pending, error) {
			return s.AddResponder(ctx, incident.AddResponderRequest{Ref: ref})
		}),
		refused("AddResponder/one without a name", func(ctx context.Context, s service) (pending, error) {
			return s.AddResponder(ctx, incident.AddResponderRequest{Ref: ref, Responders: []shape.Responder{shape.TeamByID("t"), {}}})
		}),
		refused("AddTags/none", func(ctx context.Context, s service) (pending, error) {
			return s.AddTags(ctx, incident.AddTagsRequest{Ref: ref})
		}),
		refused("RemoveTags/a comma", func(ctx context.Context, s service) (pending, error) {
			return s.RemoveTags(ctx, incident.RemoveTagsRequest{Ref: ref, Tags: []string{"a,b"}})
		}),
		refused("AddNote/empty", func(ctx context.Context, s service) (pending, error) {
			return s.AddNote(ctx, incident.AddNoteRequest{Ref: ref})
		}),
		refused("UpdatePriority/empty", func(ctx context.Context, s service) (pending, error) {
			return s.UpdatePriority(ctx, incident.UpdatePriorityRequest{Ref: ref})
		}),
		refused("List/negative offset", func(ctx context.Context, s service) (*services.Result[[]incident.Incident], error) {
			return s.List(ctx, incident.ListRequest{Offset: -1})
		}),
		{
			Name: "All/negative limit",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Collect(s.All(ctx, incident.ListRequest{Limit: -1}))
			},
			Err: services.ErrArgument,
		},
	}
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	s, err := opener(incident.New)(http.DefaultTransport)
	require.NoError(t, err)
	ref := incident.ByID("x")
	entry := incident.StatusPageEntry{Detail: "d"}
	for want, call := range map[string]func(context.Context) (pending, error){
		"argument message is required; argument statusPageEntry.title is required": func(ctx context.Context) (pending, error) {
			return s.Create(ctx, incident.CreateRequest{StatusPageEntry: entry})
		},
		"argument identifier is required": func(ctx context.Context) (pending, error) { return s.Close(ctx, incident.ActionRequest{Note: "n"}) },
		"argument details is required": func(ctx context.Context) (pending, error) {
			return s.AddDetails(ctx, incident.AddDetailsRequest{Ref: ref})
		},
		"argument tags is required": func(ctx context.Context) (pending, error) {
			return s.RemoveTags(ctx, incident.RemoveTagsRequest{Ref: ref})
		},
		"argument keys is required": func(ctx context.Context) (pending, error) {
			return s.RemoveDetails(ctx, incident.RemoveDetailsRequest{Ref: ref})
		},
		"argument message is required": func(ctx context.Context) (pending, error) {
			return s.UpdateMessage(ctx, incident.UpdateMessageRequest{Ref: ref})
		},
		"argument description is required": func(ctx context.Context) (pending, error) {
			return s.UpdateDescription(ctx, incident.UpdateDescriptionRequest{Ref: ref})
		},
	} {
		_, err := call(t.Context())
		failed, ok := errors.AsType[*services.Error](err)
		require.True(t, ok, want)
		require.EqualError(t, failed.Err, want)
	}
	_, err = s.Create(t.Context(), incident.CreateRequest{Message: "m", Responders: []shape.Responder{shape.TeamByID("t"), {}}})
	require.ErrorContains(t, err, "argument responders[1] has neither id nor name")
}

// S3: isSuccess=false is final and typed.
func TestAChangeThatFailsIsATypedError(t *testing.T) {
	t.Parallel()
	said, err := os.ReadFile("testdata/request_status_failed.json")
	require.NoError(t, err)
	s, err := opener(incident.New)(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: io.NopCloser(bytes.NewReader(said)), Request: req}, nil
	}))
	require.NoError(t, err)
	_, err = s.Resume("r-1").Incident(t.Context())
	require.ErrorIs(t, err, services.ErrFailed)
	require.ErrorContains(t, err, "resolve failed: Incident does not exist")
	failed, ok := errors.AsType[*shape.ActionError](err)
	require.True(t, ok)
	assert.Equal(t, "Resolve", failed.Action)
	_, err = s.Resume("").Wait(t.Context())
	require.ErrorIs(t, err, services.ErrArgument)
}

// S3: a request that is not processed is polled for with the options of the client.
func TestAWaitPollsAsTheClientSays(t *testing.T) {
	t.Parallel()
	asked := 0
	base := &http.Client{Transport: transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		asked++
		waits := http.Header{wire.HeaderErrorType: {wire.RequestNotProcessed}}
		return &http.Response{StatusCode: 404, Header: waits, Body: http.NoBody, Request: req}, nil
	})}
	client, err := services.New(base, "https://api.opsgenie.com", wire.Codec{}, services.WithPolling(poll.WithMaxRetries(3), poll.WithBaseDelay(0)))
	require.NoError(t, err)
	_, err = incident.New(client).Resume("r-1").Wait(t.Context())
	require.ErrorIs(t, err, poll.ErrUnsettled)
	require.ErrorIs(t, err, services.ErrNotProcessed)
	assert.Equal(t, 4, asked)
}

func ExampleNew() {
	responses := []string{
		`{"result": "Request will be processed", "requestId": "r-1"}`,
		`{"data": {"isSuccess": true, "incidentId": "60b9"}}`,
		`{"data": {"id": "60b9", "tinyId": "57", "message": "Checkout is failing", "status": "open"}}`,
	}
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		fmt.Println(req.Method, req.URL.Path)
		body := io.NopCloser(strings.NewReader(responses[0]))
		responses = responses[1:]
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
