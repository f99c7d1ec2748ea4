package team_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/shape"
	"github.com/tripware/tripware/services/jsm/team"
)

const requestID = "12345678-0000-4000-8000-000000000001"

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	list := func(ctx context.Context, s service) (any, error) { return apitest.Value(s.List(ctx)) }
	status := func(ctx context.Context, s service) (any, error) {
		return apitest.Value(s.GetRequestStatus(ctx, team.ByID(id), requestID))
	}
	enable := func(in team.EnableOpsRequest) func(context.Context, service) (any, error) {
		return func(ctx context.Context, s service) (any, error) { return s.EnableOps(ctx, in) }
	}
	accepted := func(tb testing.TB, got any) {
		tb.Helper()
		pending, ok := got.(*team.Pending)
		require.True(tb, ok)
		assert.Equal(tb, requestID, pending.RequestID)
		assert.Equal(tb, "POST /v1/teams/{teamId}/enable-ops", pending.Meta.Route)
	}
	demo := []team.Team{{ID: id, Name: "Demo team"}}
	const user = "712020:aaaaaaaa-0000-4000-8000-000000000001"
	const form = ": write the Atlassian account id, such as 712020:… or 24 hexadecimal digits"
	apitest.Run(t, open, []apitest.Row[service]{
		// The vendor's document and a program in use disagree: both are read.
		{Name: "List", Call: list, Exchange: exact("GET /v1/teams", "", 200, "team_list"), Want: demo},
		{Name: "List/a bare list", Call: list, Exchange: exact("GET /v1/teams", "", 200, "team_list_array"), Want: demo},
		{Name: "List/none", Call: list, Exchange: answered("GET /v1/teams", "", 200, `{"platformTeams":[]}`), Want: []team.Team{}},
		{Name: "List/no list", Call: list, Exchange: answered("GET /v1/teams", "", 200, `{"teams":7}`), Err: services.ErrResponse},
		{
			Name:     "EnableOps",
			Call:     enable(team.EnableOpsRequest{Ref: team.ByID(id), AdminAccountIDs: []string{user}, InviteUsernames: []string{"ada@example.com"}}),
			Exchange: exact("POST "+at+"/enable-ops", `{"adminAccountIds":["`+user+`"],"inviteUsernames":["ada@example.com"]}`, 200, "team_enable_ops"),
			Repeat:   services.SafeToRetry, Check: accepted,
		},
		{
			Name: "EnableOps/nobody", Call: enable(team.EnableOpsRequest{Ref: team.ByID(id)}),
			Exchange: exact("POST "+at+"/enable-ops", `{}`, 202, "team_enable_ops"), Repeat: services.SafeToRetry, Check: accepted,
		},
		{
			Name: "EnableOps/no request id", Call: enable(team.EnableOpsRequest{Ref: team.ByID(id)}),
			Exchange: answered("POST "+at+"/enable-ops", `{}`, 200, `{}`), Repeat: services.SafeToRetry, Err: services.ErrResponse,
		},
		{
			Name: "GetRequestStatus", Call: status, Exchange: exact("GET "+at+"/requests/"+requestID, "", 200, "team_request"),
			Want: team.RequestStatus{Status: team.Status{State: team.InProgress}},
		},
		{ // S8
			Name: "GetRequestStatus/an unknown word", Call: status, Exchange: answered("GET "+at+"/requests/"+requestID, "", 200, `{"status":{"value":"Queued"}}`),
			Want: team.RequestStatus{Status: team.Status{State: "Queued"}},
		},
		{
			Name: "GetRequestStatus/unknown", Call: status, Exchange: answered("GET "+at+"/requests/"+requestID, "", 404, `{"errors":[{"title":"not found"}]}`),
			Err: services.ErrNotProcessed,
		},
		// S10
		refused("EnableOps/no team", "teamId is required", enable(team.EnableOpsRequest{})),
		refused("EnableOps/an e-mail address", "adminAccountIds[1] is an e-mail address"+form,
			enable(team.EnableOpsRequest{Ref: team.ByID(id), AdminAccountIDs: []string{user, "ada@example.com"}})),
		refused("EnableOps/an empty id", "adminAccountIds[0] is required", enable(team.EnableOpsRequest{Ref: team.ByID(id), AdminAccountIDs: []string{""}})),
		refused("GetRequestStatus/no id", "requestId is required", func(ctx context.Context, s service) (any, error) {
			return s.GetRequestStatus(ctx, team.ByID(id), "")
		}),
	})
}

// scripted answers with one body after the other, the last one for ever; an empty one is a 404.
type scripted struct {
	bodies []string
	asked  []string
}

func (s *scripted) RoundTrip(req *http.Request) (*http.Response, error) {
	s.asked = append(s.asked, req.Method+" "+strings.TrimPrefix(req.URL.Path, prefix))
	body, status := s.bodies[0], http.StatusOK
	if len(s.bodies) > 1 {
		s.bodies = s.bodies[1:]
	}
	if body == "" {
		status = http.StatusNotFound
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
}

func fixture(tb testing.TB, name string) string {
	tb.Helper()
	text, err := os.ReadFile("testdata/" + name + ".json")
	require.NoError(tb, err)
	return string(text)
}

const statusPath = "GET " + at + "/requests/" + requestID

// S4: the request is followed below its team, through 404 and through a status that is not final,
// to its outcome, which is remembered.
func TestARequestIsFollowedBelowItsTeam(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &scripted{bodies: []string{fixture(t, "team_enable_ops"), "", fixture(t, "team_request"), `{"status":{"value":"successful"}}`}}
		s, err := open(server)
		require.NoError(t, err)
		pending, err := s.EnableOps(t.Context(), team.EnableOpsRequest{Ref: team.ByID(id)})
		require.NoError(t, err)
		for range 2 {
			got, err := pending.Wait(t.Context())
			require.NoError(t, err)
			assert.Equal(t, team.Successful, got.Value.Status.State)
		}
		assert.Equal(t, []string{"POST " + at + "/enable-ops", statusPath, statusPath, statusPath}, server.asked)
	})
}

// S4: a request that failed says so; the API has no reason.
func TestARequestMayFail(t *testing.T) {
	t.Parallel()
	s, err := open(&scripted{bodies: []string{`{"status":{"value":"FAILED"}}`}})
	require.NoError(t, err)
	_, err = s.Resume(team.ByID(id), requestID).Wait(t.Context())
	require.ErrorIs(t, err, services.ErrFailed)
	failed := new(shape.ActionError)
	require.ErrorAs(t, err, &failed)
	require.ErrorContains(t, err, "enable operations failed: the server gave no reason [request "+requestID)
}

// S4: a state that is not known, or a request that stays unknown, ends the wait after the retries
// of the polling. What cannot be followed is refused.
func TestAWaitEndsWithoutAnOutcome(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"unknown": "", "queued": `{"status":{"value":"QUEUED"}}`, "nothing": `{}`} {
		synctest.Test(t, func(t *testing.T) {
			server := &scripted{bodies: []string{body}}
			s, err := open(server)
			require.NoError(t, err)
			_, err = s.Resume(team.ByID(id), requestID).Wait(t.Context(), poll.WithMaxRetries(2))
			require.ErrorIs(t, err, poll.ErrUnsettled, name)
			assert.Equal(t, []string{statusPath, statusPath, statusPath}, server.asked, name)
		})
	}
	s, err := open(http.DefaultTransport)
	require.NoError(t, err)
	for problem, pending := range map[string]*team.Pending{
		"argument requestId is required": s.Resume(team.ByID(id), ""), "argument teamId is required": s.Resume(team.Ref{}, "r"), "argument pending is the zero value": {},
	} {
		_, err := pending.Wait(t.Context())
		require.ErrorIs(t, err, services.ErrArgument)
		require.ErrorContains(t, err, problem)
	}
}
