package alert_test

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/alert"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A reply is one response of a scripted server: a fixture, or a body.
type reply struct {
	status  int
	fixture string
	body    string
}

// scripted answers with one reply after the other, the last one for ever, and notes the paths.
type scripted struct {
	tb      testing.TB
	replies []reply
	asked   []string
}

func (s *scripted) RoundTrip(req *http.Request) (*http.Response, error) {
	s.asked = append(s.asked, req.Method+" "+strings.TrimPrefix(req.URL.Path, prefix))
	r := s.replies[0]
	if len(s.replies) > 1 {
		s.replies = s.replies[1:]
	}
	if r.fixture != "" {
		text, err := os.ReadFile("testdata/" + r.fixture + ".json")
		require.NoError(s.tb, err)
		r.body = string(text)
	}
	return &http.Response{StatusCode: r.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(r.body)), Request: req}, nil
}

const statusPath = "GET /v1/alerts/requests/12345678-0000-4000-8000-000000000001"

// S4: a creation is accepted with 200 and without the id of the alert. Its request is polled
// through 404 and through a status that is not final, and the alert is read by its id.
func TestACreationIsFollowedToItsAlert(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &scripted{tb: t, replies: []reply{
			{200, "alert_create_accepted", ""}, {404, "request_status_pending", ""}, {200, "", `{"isSuccess":false,"status":"queued"}`},
			{200, "request_status_done", ""}, {200, "alert_get", ""},
		}}
		s, err := open(server)
		require.NoError(t, err)
		pending, err := s.Create(t.Context(), alert.CreateRequest{Message: "Disk is full", Alias: "disk-full-host1"})
		require.NoError(t, err)
		assert.Equal(t, 195*time.Millisecond, pending.Meta.Took)
		got, err := pending.Alert(t.Context())
		require.NoError(t, err)
		assert.Equal(t, disk(), got.Value)
		assert.Equal(t, []string{"POST /v1/alerts", statusPath, statusPath, statusPath, "GET " + at}, server.asked)
	})
}

// S4: what the plan does not include is accepted, and refused only in the status.
func TestAPlanRefusesInTheStatus(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, err := open(&scripted{tb: t, replies: []reply{{202, "alert_write_accepted", ""}, {200, "request_status_plan", ""}}})
		require.NoError(t, err)
		pending, err := s.Snooze(t.Context(), alert.SnoozeRequest{Ref: alert.ByID(id), EndTime: time.Now().Add(time.Hour)})
		require.NoError(t, err)
		_, err = pending.Wait(t.Context())
		require.ErrorIs(t, err, services.ErrFailed)
		var failed *shape.ActionError
		require.ErrorAs(t, err, &failed)
		assert.Equal(t, shape.ActionError{Action: "Snooze", Status: "Your account plan does not support this action"}, *failed)
		assert.ErrorContains(t, err, "snooze failed: Your account plan does not support this action [request 12345678-0000-4000-8000-000000000001")
	})
}

// S4: a request that stays unknown, or is never final, ends the wait after the retries of the
// polling, and is not remembered.
func TestAWaitEndsWithoutAnOutcome(t *testing.T) {
	t.Parallel()
	for name, unsettled := range map[string]reply{"unknown": {404, "request_status_pending", ""}, "never final": {200, "", `{}`}} {
		synctest.Test(t, func(t *testing.T) {
			server := &scripted{tb: t, replies: []reply{unsettled}}
			s, err := open(server)
			require.NoError(t, err)
			pending := s.Resume("12345678-0000-4000-8000-000000000001")
			_, err = pending.Wait(t.Context(), poll.WithMaxRetries(2))
			require.ErrorIs(t, err, poll.ErrUnsettled, name)
			assert.Len(t, server.asked, 3, name)
			server.replies = []reply{{200, "request_status_done", ""}}
			got, err := pending.ID(t.Context())
			require.NoError(t, err, name)
			assert.Equal(t, id, got, name)
		})
	}
}
