package opsgenietest_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/deployment"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

func TestADeploymentIsReportedLaterAndFollowed(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(1))
	c := connect(t, s)
	in := deployment.CreateRequest{
		State: deployment.Started, Environment: deployment.Environment{Type: deployment.Production, ID: "eu-1", DisplayName: "Europe"},
		StartedAt: moment(26, 8), Message: "Checkout 812", ExternalID: "build/812", Description: "d", ExternalLink: "https://ci.example.com/812",
		Releases: []deployment.Release{deployment.BitbucketCloud(deployment.WorkspaceByName("shop"), "checkout", "4f1d2c3")},
	}
	pending, err := c.Deployments.Create(t.Context(), in)
	require.NoError(t, err)
	_, err = c.Deployments.GetRequestStatus(t.Context(), pending.RequestID)
	require.ErrorIs(t, err, services.ErrNotProcessed)
	s.Settle()
	status, err := c.Deployments.GetRequestStatus(t.Context(), pending.RequestID)
	require.NoError(t, err)
	assert.True(t, status.Value.IsSuccess)
	assert.Equal(t, "create", status.Value.Action)

	got, err := c.Deployments.Get(t.Context(), deployment.ByID(status.Value.DeploymentID))
	require.NoError(t, err)
	assert.Equal(t, deployment.Deployment{
		ID: status.Value.DeploymentID, ExternalID: "build/812", State: deployment.Started, Environment: in.Environment, Type: "api",
		StartedAt: shape.Time{Time: moment(26, 8)}, Releases: in.Releases,
	}, got.Value)
	var kept map[string]any
	dial(t, s).get("/v2/deployments/"+got.Value.ID, &kept)
	assert.Equal(t, []any{"Checkout 812", "d", "https://ci.example.com/812", "2026-05-26T08:00:00.000Z"},
		[]any{kept["message"], kept["description"], kept["externalLink"], kept["startedAt"]})

	pending, err = c.Deployments.UpdateState(t.Context(), deployment.UpdateStateRequest{Ref: deployment.ByExternalID("build/812"), State: deployment.Successful, CompletedAt: services.Set(moment(26, 9))})
	require.NoError(t, err)
	s.Settle()
	changed, err := pending.Deployment(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []any{got.Value.ID, deployment.Successful, moment(26, 9)}, []any{changed.Value.ID, changed.Value.State, changed.Value.CompletedAt.Time})
}

// The latest of those with the same external id is meant.
func TestADeploymentIsFoundByTheCallersID(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0))
	c, raw := connect(t, s), dial(t, s)
	for _, environment := range []string{"eu-1", "us-1"} {
		r := raw.do("POST", "/v2/deployments", `{"state":"initial","environment":{"type":"Test","id":"`+environment+`"},"startedAt":"2026-05-26T10:00:00+02:00","externalId":"{7a}","releases":[{"type":"hub","tag":7}]}`)
		require.Equal(t, http.StatusAccepted, r.status, "%s", r.raw)
	}
	for _, ref := range []deployment.Ref{deployment.ByExternalID("{7a}"), deployment.ByPipeline("{7a}")} {
		got, err := c.Deployments.Get(t.Context(), ref)
		require.NoError(t, err)
		assert.Equal(t, "us-1", got.Value.Environment.ID)
		assert.Equal(t, deployment.ReleaseKind("hub"), got.Value.Releases[0].Kind())
		assert.Equal(t, moment(26, 8), got.Value.StartedAt.Time)
	}
	_, err := c.Deployments.Get(t.Context(), deployment.ByID("{7a}"))
	require.ErrorIs(t, err, services.ErrNotFound)
	pending, err := c.Deployments.UpdateState(t.Context(), deployment.UpdateStateRequest{Ref: deployment.ByID("nothing"), State: deployment.Failed})
	require.NoError(t, err, "accepted, and found out later")
	_, err = pending.Wait(t.Context())
	failed, ok := errors.AsType[*shape.ActionError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, "Deployment does not exist", failed.Status)
}

func TestADeploymentsFaultsAreNamedByField(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0))
	const at, rest = "/v2/deployments", `"startedAt":"2026-05-26T08:00:00Z","releases":[{}]`
	const full = `{"state":"initial","environment":{"type":"Test","id":"t"},` + rest
	dial(t, s).refuses(
		refusedRequest{"POST", at, `{"environment":{"type":"Test","id":"t"},` + rest + `}`, 422, "state"},
		refusedRequest{"POST", at, `{"state":"lost","environment":{"type":"Test","id":"t"},` + rest + `}`, 422, "state"},
		refusedRequest{"POST", at, `{"state":"initial","environment":{"type":"Test"},` + rest + `}`, 422, "environment"},
		refusedRequest{"POST", at, full + `,"releases":[]}`, 422, "releases"},
		refusedRequest{"POST", at, full + `,"releases":["x"]}`, 422, "releases"},
		refusedRequest{"POST", at, full + `,"completedAt":"2026-05-26T07:00:00Z"}`, 422, "completedAt"},
		refusedRequest{"POST", at, full + `,"startedAt":"today"}`, 422, "startedAt"},
		refusedRequest{"POST", at, `{`, 400, ""},
		refusedRequest{"PUT", at + "/d/updateState", `{}`, 422, "state"},
		refusedRequest{"PUT", at + "/d/updateState?identifierType=tiny", `{"state":"failed"}`, 422, "identifierType"},
		refusedRequest{"GET", at + "/d?type=tiny", "", 422, "type"},
		refusedRequest{"GET", at + "/d", "", 404, ""},
		refusedRequest{"GET", at + "/requests/r", "", 404, ""},
	)
}
