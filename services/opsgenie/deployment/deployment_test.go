package deployment_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/deployment"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

const (
	id       = "95ce07d3-b1f8-4a26-8e0d-72f4c6a91b5e"
	accepted = "5d1f0052-7a3c-4e19-9b60-2f8e61c40a52"
)

// accepts is the row of an operation that the server answers with 202.
func accepts(name string, repeat services.Repeat, request, body string, call func(context.Context, api) (*deployment.Pending, error)) row {
	return row{
		Name: name,
		Call: func(ctx context.Context, s api) (any, error) {
			pending, err := call(ctx, s)
			if err != nil {
				return nil, err
			}
			return pending.RequestID, nil
		},
		Exchange: apitest.Exact(request, body, http.StatusAccepted, "accepted"),
		Repeat:   repeat,
		Want:     accepted,
	}
}

func at(hour, minute int) time.Time { return time.Date(2026, 5, 26, hour, minute, 0, 0, time.UTC) }

func create() deployment.CreateRequest {
	return deployment.CreateRequest{
		State: deployment.Successful, Environment: deployment.Environment{Type: deployment.Production, ID: "eu-1", DisplayName: "Europe"},
		StartedAt: at(8, 50), CompletedAt: at(8, 59), Message: "Checkout 812", ExternalID: "build-812", Description: "d", ExternalLink: "https://ci.example.com/812",
		Releases: []deployment.Release{
			deployment.BitbucketCloud(deployment.WorkspaceByName("shop"), "checkout", "4f1d2c3"),
			deployment.BitbucketCloud(deployment.WorkspaceByUUID("{7a}"), "search", "99e0a1b"),
		},
	}
}

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const updated = "/v2/deployments/build%2F812/updateState"
	status := deployment.RequestStatus{DeploymentID: id, RequestStatus: shape.RequestStatus{
		IsSuccess: true, Action: "create", Status: "Created deployment", ProcessedAt: shape.Time{Time: at(9, 0)},
	}}
	get := func(name, request string, ref deployment.Ref) row {
		return row{Name: name, Exchange: apitest.Exact("GET "+request, "", 200, "get"), Check: checkDeployment,
			Call: func(ctx context.Context, s api) (any, error) {
				return apitest.Value(s.Get(ctx, ref))
			}}
	}
	apitest.Run(t, open, []row{
		accepts("Create", services.RetryIfRefused, "POST /v2/deployments", `{"state":"successful","environment":{"type":"Production","id":"eu-1","displayName":"Europe"},`+
			`"startedAt":"2026-05-26T08:50:00Z","completedAt":"2026-05-26T08:59:00Z","message":"Checkout 812","externalId":"build-812","description":"d",`+
			`"externalLink":"https://ci.example.com/812","releases":[{"type":"bbc","repository":{"workspace":{"identifier":"shop","type":"name"},"repoSlug":"checkout"},`+
			`"commit":{"sha":"4f1d2c3"}},{"type":"bbc","repository":{"workspace":{"identifier":"{7a}","type":"bbcUuid"},"repoSlug":"search"},"commit":{"sha":"99e0a1b"}}]}`,
			func(ctx context.Context, s api) (*deployment.Pending, error) { return s.Create(ctx, create()) }),
		accepts("Create/only what is required", services.RetryIfRefused, "POST /v2/deployments", `{"state":"initial","environment":{"type":"Test","id":"t"},"startedAt":"2026-05-26T08:50:00Z",`+
			`"releases":[{"type":"bbc","repository":{"workspace":{"identifier":"w","type":"name"},"repoSlug":"r"},"commit":{"sha":"c"}}]}`,
			func(ctx context.Context, s api) (*deployment.Pending, error) {
				return s.Create(ctx, deployment.CreateRequest{State: deployment.Initial, Environment: deployment.Environment{Type: deployment.Test, ID: "t"}, StartedAt: at(8, 50),
					Releases: []deployment.Release{deployment.BitbucketCloud(deployment.WorkspaceByName("w"), "r", "c")}})
			}),
		accepts("UpdateState", services.ByMethod, "PUT "+updated+"?identifierType=api", `{"state":"failed","completedAt":"2026-05-26T08:59:00Z"}`,
			func(ctx context.Context, s api) (*deployment.Pending, error) {
				return s.UpdateState(ctx, deployment.UpdateStateRequest{Ref: deployment.ByExternalID("build/812"), State: deployment.Failed, CompletedAt: services.Set(at(8, 59))})
			}),
		accepts("UpdateState/that runs", services.ByMethod, "PUT /v2/deployments/d-1/updateState", `{"state":"started"}`, func(ctx context.Context, s api) (*deployment.Pending, error) {
			return s.UpdateState(ctx, deployment.UpdateStateRequest{Ref: deployment.ByID("d-1"), State: deployment.Started})
		}),
		get("Get", "/v2/deployments/d-1", deployment.ByID("d-1")),
		get("Get/by external id", "/v2/deployments/build-812?type=api", deployment.ByExternalID("build-812")),
		get("Get/by pipeline", "/v2/deployments/%7B7a%7D?type=pipelines", deployment.ByPipeline("{7a}")),
		sends("GetRequestStatus", "GET /v2/deployments/requests/r-1", "", 200, "request_status", status,
			func(ctx context.Context, s api) (*services.Result[deployment.RequestStatus], error) {
				return s.GetRequestStatus(ctx, "r-1")
			}),
		refused("Get/none", func(ctx context.Context, s api) (*services.Result[deployment.Deployment], error) {
			return s.Get(ctx, deployment.Ref{})
		}),
		refused("UpdateState/to none", func(ctx context.Context, s api) (*deployment.Pending, error) {
			return s.UpdateState(ctx, deployment.UpdateStateRequest{Ref: deployment.ByID("d-1")})
		}),
	})
}

func checkDeployment(tb testing.TB, got any) {
	tb.Helper()
	d, ok := got.(deployment.Deployment)
	require.True(tb, ok)
	require.Len(tb, d.Releases, 2)
	assert.Equal(tb, create().Releases[0], d.Releases[0])
	assert.Equal(tb, deployment.ReleaseKind("hub"), d.Releases[1].Kind())
	d.Releases = nil
	assert.Equal(tb, deployment.Deployment{ID: id, ExternalID: "build-812", State: deployment.Successful, Environment: create().Environment, Type: "api",
		StartedAt: shape.Time{Time: at(8, 50)}, CompletedAt: shape.Time{Time: at(8, 59)}}, d)
}

func TestAllThatIsWrongIsNamed(t *testing.T) {
	t.Parallel()
	s, err := open(http.DefaultTransport)
	require.NoError(t, err)
	_, err = s.Create(t.Context(), deployment.CreateRequest{})
	require.EqualError(t, err, "services: POST /v2/deployments: argument state is required; argument environment is required; "+
		"argument startedAt is required; argument releases is required")
	wrong := create()
	wrong.Environment = deployment.Environment{DisplayName: "Europe"}
	wrong.CompletedAt = at(8, 49)
	wrong.Releases = []deployment.Release{create().Releases[0], deployment.BitbucketCloud(deployment.WorkspaceByName("w"), "r", "")}
	_, err = s.Create(t.Context(), wrong)
	require.ErrorIs(t, err, services.ErrArgument)
	for _, fault := range []string{"environment.type is required", "environment.id is required", "releases[1] lacks its repository or commit", "completedAt is before startedAt"} {
		assert.ErrorContains(t, err, "argument "+fault)
	}
}

// S3: a change is followed to the deployment that it made.
func TestAChangeIsFollowedToItsDeployment(t *testing.T) {
	t.Parallel()
	answers := []struct{ path, file string }{
		{"/v2/deployments", "accepted"}, {"/v2/deployments/requests/" + accepted, ""},
		{"/v2/deployments/requests/" + accepted, "request_status"}, {"/v2/deployments/" + id, "get"},
	}
	client, err := services.New(&http.Client{Transport: transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		next := answers[0]
		answers = answers[1:]
		assert.Equal(t, next.path, req.URL.Path)
		if next.file == "" {
			waits := http.Header{wire.HeaderErrorType: {wire.RequestNotProcessed}}
			return &http.Response{StatusCode: 404, Header: waits, Body: http.NoBody, Request: req}, nil
		}
		body, err := os.Open("testdata/" + next.file + ".json")
		return &http.Response{StatusCode: 200, Body: body, Request: req}, err
	})}, "https://api.opsgenie.com", wire.Codec{}, services.WithPolling(poll.WithBaseDelay(0)))
	require.NoError(t, err)
	pending, err := deployment.New(client).Create(t.Context(), create())
	require.NoError(t, err)
	got, err := pending.Deployment(t.Context())
	require.NoError(t, err)
	assert.Equal(t, id, got.Value.ID)
	assert.Empty(t, answers)
}

// S3: isSuccess=false is final and typed.
func TestAChangeThatFailsIsATypedError(t *testing.T) {
	t.Parallel()
	s, err := open(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body, err := os.Open("testdata/request_status_failed.json")
		return &http.Response{StatusCode: 200, Body: body, Request: req}, err
	}))
	require.NoError(t, err)
	_, err = s.Resume("r-1").Deployment(t.Context())
	require.ErrorIs(t, err, services.ErrFailed)
	failure, ok := errors.AsType[*shape.ActionError](err)
	require.True(t, ok)
	assert.Equal(t, "updatestate failed: Deployment does not exist", failure.Error())
	_, err = s.Resume("").Wait(t.Context())
	require.ErrorIs(t, err, services.ErrArgument)
}

func ExampleNew() {
	answers := []string{
		`{"result": "Request will be processed", "requestId": "r-1"}`,
		`{"data": {"isSuccess": true, "deploymentId": "95ce"}}`,
		`{"data": {"id": "95ce", "state": "started", "environment": {"type": "Production", "id": "eu-1"}}}`,
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
	pending, err := deployment.New(client).Create(ctx, deployment.CreateRequest{
		State:       deployment.Started,
		Environment: deployment.Environment{Type: deployment.Production, ID: "eu-1"},
		StartedAt:   time.Date(2026, 5, 26, 8, 50, 0, 0, time.UTC),
		Releases:    []deployment.Release{deployment.BitbucketCloud(deployment.WorkspaceByName("shop"), "checkout", "4f1d2c3")},
	})
	if err != nil {
		panic(err)
	}
	got, err := pending.Deployment(ctx)
	if err != nil {
		panic(err)
	}
	fmt.Println(got.Value.State, "in", got.Value.Environment.ID)
	// Output:
	// POST /v2/deployments
	// GET /v2/deployments/requests/r-1
	// GET /v2/deployments/95ce
	// started in eu-1
}
