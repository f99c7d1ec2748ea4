package jsm_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm"
	"github.com/tripware/tripware/services/jsm/alert"
)

const (
	site       = "example.atlassian.net"
	tenantInfo = "GET https://" + site + "/_edge/tenant_info"
	getA       = "GET https://api.atlassian.com" + direct + "/v1/alerts/a"
)

func found(after time.Duration) reply {
	return reply{status: 200, body: `{"cloudId":"` + cloudID + `","more":1}`, after: after}
}

func ok(body string) reply { return reply{status: 200, body: body} }

// The cloud id is requested once, by the first call, without the credential.
func TestTheCloudIDIsLookedUpOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &server{replies: map[string][]reply{tenantInfo: {found(time.Second)}, getA: {ok(`{"id":"a"}`)}}}
		c := above(t, s, jsm.Site(site), basic())
		assert.Empty(t, s.seen, "nothing is sent before the first call")
		var calls sync.WaitGroup
		for range 5 {
			calls.Go(func() {
				got, err := c.Alerts.Get(t.Context(), alert.ByID("a"))
				if assert.NoError(t, err) {
					assert.Equal(t, "a", got.Value.ID)
					assert.Equal(t, 1, got.Meta.Attempts, "the lookup is not an attempt of the call")
				}
			})
		}
		calls.Wait()
		_, err := services.Do[services.None](t.Context(), c.RegistryCore(), "GET /v1/services", nil, services.ByMethod)
		require.ErrorIs(t, err, services.ErrNotFound)
		assert.Equal(t, 1, s.count(tenantInfo))
		assert.Equal(t, 5, s.count(getA))
		assert.Equal(t, 1, s.count("GET https://api.atlassian.com/jsm/api/"+cloudID+"/v1/services"), "the other core shares the cloud id")
		for _, r := range s.seen {
			assert.Equal(t, strings.Contains(r.url, "api.atlassian.com"), r.authorization != "", r.url)
		}
	})
}

// A call whose context ends while it waits leaves; the others go on, whichever of them sent
// the request.
func TestACallThatEndsLeavesTheLookupToOthers(t *testing.T) {
	t.Parallel()
	for name, leaving := range map[string]int{"the first": 0, "a later one": 1} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{replies: map[string][]reply{tenantInfo: {found(time.Second)}, getA: {ok(`{"id":"a"}`)}}}
			c := above(t, s, jsm.Site(site), basic())
			reason := errors.New("enough")
			errs := make([]error, 3)
			var calls sync.WaitGroup
			for i := range errs {
				ctx, cancel := context.WithCancelCause(t.Context())
				t.Cleanup(func() { cancel(nil) })
				if i == leaving {
					time.AfterFunc(500*time.Millisecond, func() { cancel(reason) })
				}
				calls.Go(func() { _, errs[i] = c.Alerts.Get(ctx, alert.ByID("a")) })
				synctest.Wait() // in this order
			}
			calls.Wait()
			for i, err := range errs {
				if i != leaving {
					require.NoError(t, err, name)
					continue
				}
				require.ErrorIs(t, err, context.Canceled, name)
				require.ErrorIs(t, err, reason, name)
			}
			assert.Equal(t, 2-leaving, s.count(tenantInfo), name)
			assert.Equal(t, 2, s.count(getA), name)
		})
	}
}

// A failure is not stored, and does not match the kind of a response to the call itself.
func TestAFailedLookupIsRepeatedByTheNextCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &server{replies: map[string][]reply{tenantInfo: {
			{status: 404, header: http.Header{"Content-Type": {"text/html"}}, body: "<html>"}, ok(`{"cloudId":"../x"}`), ok(strings.Repeat(" ", 70<<10)), {status: 503}, found(0),
		}, getA: {ok(`{"id":"a"}`)}}}
		c := above(t, s, jsm.Site(site), basic(), jsm.WithTransport(tripware.WithRetry(retry.WithMaxRetries(1))))
		for _, cause := range []string{"is a web page", "no cloud id that is a UUID", "longer than 65536 bytes"} {
			_, err := c.Alerts.Get(t.Context(), alert.ByID("a"))
			require.ErrorContains(t, err, "services: GET /v1/alerts/{id}: look up the cloud id of "+site+": ")
			require.ErrorContains(t, err, cause)
			require.ErrorContains(t, err, "check the name of the site, or pass jsm.CloudID")
			require.NotErrorIs(t, err, services.ErrNotFound)
			require.NotErrorIs(t, err, services.ErrArgument)
		}
		_, err := c.Alerts.Get(t.Context(), alert.ByID("a"))
		require.NoError(t, err, "the lookup is retried as any call")
		assert.Equal(t, 5, s.count(tenantInfo))
	})
}

// An invalid argument is refused without a lookup, and the network's error is matched.
func TestALookupIsOnlyForCallsThatCanBeSent(t *testing.T) {
	t.Parallel()
	refused := errors.New("connection refused")
	asked := 0
	c := above(t, roundTripper(func(*http.Request) (*http.Response, error) { asked++; return nil, refused }), jsm.Site(site), basic(),
		jsm.WithTransport(tripware.WithRetry(retry.Off())))
	_, err := c.Alerts.Get(t.Context(), alert.ByID(""))
	require.ErrorIs(t, err, services.ErrArgument)
	assert.Zero(t, asked)
	_, err = c.Alerts.Get(t.Context(), alert.ByID("a"))
	require.ErrorIs(t, err, refused)
	require.NotContains(t, err.Error(), "check the name")
	assert.Equal(t, 1, asked)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// A3: the lookup has no credential even if the site has the origin of the API, as a test
// server may.
func TestALookupHasNoCredential(t *testing.T) {
	t.Parallel()
	s := &server{replies: map[string][]reply{
		"GET http://127.0.0.1:8080/_edge/tenant_info": {found(0)}, "GET http://127.0.0.1:8080" + direct + "/v1/alerts/a": {ok(`{"id":"a"}`)},
	}}
	c := above(t, s, jsm.Site("127.0.0.1:8080"), basic(), jsm.WithBaseURL("http://127.0.0.1:8080"))
	_, err := c.Alerts.Get(t.Context(), alert.ByID("a"))
	require.NoError(t, err)
	require.Len(t, s.seen, 2)
	assert.Empty(t, s.seen[0].authorization)
	assert.NotEmpty(t, s.seen[1].authorization)
}
