package jsm_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm"
	"github.com/tripware/tripware/services/jsm/alert"
	"github.com/tripware/tripware/services/jsm/wire"
	"github.com/tripware/tripware/transport/redact"
)

const aUUID = "aaaaaaaa-0000-4000-8000-000000000001"

// A4, C10: all that is wrong is said at once, with the cure and without the credential.
func TestNewRefusesWhatIsImpossible(t *testing.T) {
	t.Parallel()
	secret := redact.NewSecret
	here := jsm.CloudID(cloudID)
	key := "use auth.Basic with the e-mail address and an API token of an Atlassian account; with the key of an integration, use package services/jsm/events"
	for name, row := range map[string]struct {
		at     jsm.Tenant
		source auth.Source
		opts   []jsm.Option
		says   []string
	}{
		"no tenant":                {jsm.Tenant{}, basic(), nil, []string{"jsm: tenant is empty: pass jsm.Site"}},
		"no site":                  {jsm.Site(""), basic(), nil, []string{"jsm: site is empty: write example.atlassian.net"}},
		"a URL":                    {jsm.Site("https://example.atlassian.net"), basic(), nil, []string{"site is a URL: write example.atlassian.net"}},
		"a URL with a path":        {jsm.Site("https://example.atlassian.net/jira/secret?x=secret"), basic(), nil, []string{"site is a URL: write example.atlassian.net"}},
		"a site with a path":       {jsm.Site("example.atlassian.net/secret"), basic(), nil, []string{"site has a path: write example.atlassian.net"}},
		"a site with a slash":      {jsm.Site("example.atlassian.net/"), basic(), nil, []string{"site has a path: write example.atlassian.net"}},
		"a site with a user":       {jsm.Site("https://u:secret@example.atlassian.net"), basic(), nil, []string{"site is not a host"}},
		"a word":                   {jsm.Site("secret"), basic(), nil, []string{"site is not a host: write one such as example.atlassian.net"}},
		"the API's host":           {jsm.Site("api.atlassian.com"), basic(), nil, []string{"site is the host that serves the API"}},
		"a UUID as a site":         {jsm.Site(cloudID), basic(), nil, []string{"site is a UUID: pass jsm.CloudID"}},
		"a site as a cloud id":     {jsm.CloudID("example.atlassian.net"), basic(), nil, []string{"cloud id is not a UUID: pass jsm.Site"}},
		"a cloud id in braces":     {jsm.CloudID("{" + cloudID + "}"), basic(), nil, []string{"cloud id is not a UUID"}},
		"no credential":            {here, nil, nil, []string{"auth: source is nil"}},
		"a GenieKey":               {here, auth.Key("GenieKey", secret("secret")), nil, []string{key}},
		"a key as a bearer token":  {here, auth.Bearer(secret(aUUID)), nil, []string{key}},
		"a key as an API token":    {here, auth.Basic("me@example.com", secret(aUUID)), nil, []string{key}},
		"no API token":             {here, auth.Basic("me@example.com", secret("")), nil, []string{"credential has no API token"}},
		"a user without a mail":    {here, auth.Basic("me", secret("secret")), nil, []string{"user of the credential is not an e-mail address"}},
		"another scheme":           {here, auth.Key("Token", secret("secret")), nil, []string{"credential is neither basic nor a bearer token"}},
		"a broken credential":      {here, auth.Bearer(secret("secret\n")), nil, []string{"line end"}},
		"an empty prefix":          {here, basic(), []jsm.Option{jsm.WithPrefix("")}, []string{`prefix "" is invalid: write one such as /jsm/ops/api/{cloudId}`}},
		"a prefix with a version":  {here, basic(), []jsm.Option{jsm.WithPrefix(jsm.Direct + "/v1")}, []string{"ends in /v1"}},
		"a prefix without an id":   {here, basic(), []jsm.Option{jsm.WithPrefix("/jsm/ops/api")}, []string{"is invalid"}},
		"a site as the base URL":   {here, basic(), []jsm.Option{jsm.WithBaseURL("https://example.atlassian.net")}, []string{"base URL is that of a site", "write https://api.atlassian.com"}},
		"a base URL with version":  {here, basic(), []jsm.Option{jsm.WithBaseURL("https://example.com/v1/")}, []string{"base URL ends in /v1"}},
		"plain http":               {here, basic(), []jsm.Option{jsm.WithBaseURL("http://example.com")}, []string{"write https://example.com, or see WithPlainHTTP"}},
		"a base URL with a secret": {here, basic(), []jsm.Option{jsm.WithBaseURL("https://u:secret@example.com")}, []string{"user or password"}},
		"no metrics":               {here, basic(), []jsm.Option{jsm.WithMetrics(nil)}, []string{"metrics lack a publisher"}},
		"half of metrics":          {here, basic(), []jsm.Option{jsm.WithMetrics(&metrics.Publishers{})}, []string{"metrics lack a publisher"}},
		"impossible chain":         {here, basic(), []jsm.Option{jsm.WithTransport(tripware.WithRetry(retry.WithCodes("teapot")))}, []string{"teapot"}},
		"all of it at once": {
			jsm.Site(""), auth.Bearer(secret(aUUID)), []jsm.Option{jsm.WithPrefix("x"), jsm.WithBaseURL("ftp://x"), jsm.WithMaxBody(-1), jsm.WithPolling(poll.WithMaxRetries(-1))},
			[]string{"site is empty", key, `prefix "x"`, "neither http nor https", "-1 bytes", "max retries -1"},
		},
	} {
		c, err := jsm.New(row.at, row.source, row.opts...)
		require.Error(t, err, name)
		assert.Nil(t, c, name)
		assert.True(t, strings.HasPrefix(err.Error(), "jsm: "), "%s: %s", name, err)
		for _, part := range row.says {
			assert.Equal(t, 1, strings.Count(err.Error(), part), "%s: %s does not say once: %s", name, err, part)
		}
		assert.NotContains(t, err.Error(), "secret", name)
		assert.NotContains(t, err.Error(), aUUID, name)
	}
}

func TestNewAcceptsWhatIsPossible(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]auth.Source{
		"basic": basic(), "bearer": auth.Bearer(redact.NewSecret("eyJhbGciOi")),
		"a function": auth.SourceFunc(func(context.Context) (string, error) { panic("it is not called by New") }),
		"refresh":    auth.Refresh(func(context.Context) (auth.Token, error) { panic("it is not called by New") }),
	} {
		for _, at := range []jsm.Tenant{jsm.CloudID(cloudID), jsm.Site("example.atlassian.net"), jsm.Site("jira.example.com:8443"), jsm.Site("localhost:1")} {
			_, err := jsm.New(at, source, nil, jsm.WithBaseURL("https://api.stg.atlassian.com/"))
			require.NoError(t, err, name)
		}
	}
}

func TestAPrefixIsBetweenHostAndRoute(t *testing.T) {
	t.Parallel()
	for path, opts := range map[string][]jsm.Option{
		"https://api.atlassian.com/jsm/ops/api/" + cloudID:              nil,
		"https://api.atlassian.com/ex/jira/" + cloudID + "/jsm/ops/api": {jsm.WithPrefix(jsm.Gateway)},
		"https://api.atlassian.com/compass/cloud/" + cloudID + "/ops":   {jsm.WithPrefix(jsm.Compass)},
		"http://127.0.0.1:8080/x/own/" + cloudID:                        {jsm.WithPrefix("/own/{cloudId}"), jsm.WithBaseURL("http://127.0.0.1:8080/x/")},
	} {
		for _, at := range []jsm.Tenant{jsm.CloudID(cloudID), jsm.Site(site)} {
			s := &server{replies: map[string][]reply{tenantInfo: {found(0)}, "GET " + path + "/v1/alerts/a%2Fb": {ok(`{"id":"a"}`)}}}
			c := above(t, s, at, basic(), opts...)
			_, err := c.Alerts.Get(t.Context(), alert.ByID("a/b"))
			require.NoError(t, err, path)
			assert.Equal(t, "Basic bWVAZXhhbXBsZS5jb206dDBrM24=", s.seen[len(s.seen)-1].authorization, path)
		}
	}
}

// A4: a 401 that means a missing scope is an error of its own, and does not make a loop of
// token requests: at most one in a calm period.
func TestAMissingScopeCausesAtMostOneTokenInACalmPeriod(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fetched := 0
		source := auth.Refresh(func(context.Context) (auth.Token, error) {
			fetched++
			return auth.Token{Value: redact.NewSecret("token-" + strings.Repeat("x", fetched))}, nil
		}, auth.WithRefreshCalm(time.Minute))
		s := &server{replies: map[string][]reply{getA: {{status: 401, body: `{"code":401,"message":"Unauthorized; scope does not match"}`}}}}
		c := above(t, s, jsm.CloudID(cloudID), source)
		for range 20 {
			_, err := c.Alerts.Get(t.Context(), alert.ByID("a"))
			missing, ok := errors.AsType[*wire.ScopeError](err)
			require.True(t, ok)
			assert.Equal(t, []string{"read:ops-alert:jira-service-management"}, missing.Scopes)
			time.Sleep(time.Second)
		}
		assert.Equal(t, 2, fetched, "the first token, and one after the first 401")
		time.Sleep(time.Minute)
		_, err := c.Alerts.Get(t.Context(), alert.ByID("a"))
		require.ErrorIs(t, err, services.ErrUnauthorised)
		assert.Equal(t, 3, fetched)
	})
}

// A3: a secret that the server repeats is masked in the error.
func TestASecretThatIsRepeatedIsMasked(t *testing.T) {
	t.Parallel()
	s := &server{replies: map[string][]reply{getA: {{status: 403, body: `{"errors":[{"title":"t0k3n of bWVAZXhhbXBsZS5jb206dDBrM24="}]}`}}}}
	_, err := above(t, s, jsm.CloudID(cloudID), basic()).Alerts.Get(t.Context(), alert.ByID("a"))
	require.EqualError(t, err, "services: GET /v1/alerts/{id}: 403: *** of ***")
}

// L1, L3: the limiter pauses all requests of the client to the API, and none to another host.
func TestAThrottledRouteSlowsTheClientAndNoOtherHost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const list = "GET https://api.atlassian.com" + direct + "/v1/alerts"
		s := &server{replies: map[string][]reply{
			list: {ok(`[]`)}, "GET https://files.example.com/x": {ok("")},
			getA: {{status: 429, header: http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {time.Now().Add(20 * time.Second).UTC().Format(time.RFC3339)}}}},
		}}
		c := above(t, s, jsm.CloudID(cloudID), basic(), jsm.WithTransport(tripware.WithRetry(retry.Off())))
		_, err := c.Alerts.Get(t.Context(), alert.ByID("a"))
		require.ErrorIs(t, err, services.ErrThrottled)
		begun := time.Now()
		resp, err := c.HTTP().Get("https://files.example.com/x")
		require.NoError(t, err)
		_ = resp.Body.Close()
		assert.Zero(t, time.Since(begun))
		_, err = c.Alerts.List(t.Context(), alert.ListRequest{})
		require.NoError(t, err)
		assert.GreaterOrEqual(t, time.Since(begun), 20*time.Second)
		_, err = above(t, s, jsm.CloudID(cloudID), auth.Bearer(redact.NewSecret("other"))).Alerts.List(t.Context(), alert.ListRequest{})
		require.NoError(t, err)
	})
}

// What New sets is the client's own.
func TestAClientIsReachable(t *testing.T) {
	t.Parallel()
	c := above(t, &server{}, jsm.CloudID(cloudID), basic())
	require.NotNil(t, c.Metrics)
	c.HTTP().Timeout = time.Nanosecond
	assert.Zero(t, c.HTTP().Timeout)
	c.CloseIdleConnections()
	_, err := services.Do[services.None](t.Context(), c.Core(), "GET /v1/syncs", nil, services.ByMethod)
	require.ErrorIs(t, err, services.ErrNotFound)
}

// S9: with the option, a creation without an alias is safe to retry.
func TestAnAutomaticAlias(t *testing.T) {
	t.Parallel()
	const create = "POST https://api.atlassian.com" + direct + "/v1/alerts"
	s := &server{replies: map[string][]reply{create: {{status: 502}, ok(`{"requestId":"r"}`)}}}
	c := above(t, s, jsm.CloudID(cloudID), basic(), jsm.WithAutoAlias(), jsm.WithTransport(tripware.WithRetry(retry.WithBaseDelay(0))))
	_, err := c.Alerts.Create(t.Context(), alert.CreateRequest{Message: "m"})
	require.NoError(t, err)
	require.Len(t, s.seen, 2)
	assert.Equal(t, s.seen[0].body, s.seen[1].body)
	assert.Contains(t, s.seen[0].body, `"alias":"`)
}

// O4: a status that is not known yet is a failure neither to metrics nor to the wait.
func TestAPendingProbeIsNoFailure(t *testing.T) {
	t.Parallel()
	const status = "GET https://api.atlassian.com" + direct + "/v1/alerts/requests/r-1"
	s := &server{replies: map[string][]reply{status: {{status: 404, body: `{"errors":[{"title":"Request not found"}]}`}}}}
	c := above(t, s, jsm.CloudID(cloudID), basic())
	var calls []metrics.SDKEvent
	c.Metrics.SDK.Subscribe(metrics.On(func(_ context.Context, e metrics.SDKEvent) { calls = append(calls, e) }))
	_, err := c.Alerts.GetRequestStatus(t.Context(), "r-1")
	require.ErrorIs(t, err, services.ErrNotProcessed)
	_, err = c.Alerts.Get(t.Context(), alert.ByID("a"))
	require.ErrorIs(t, err, services.ErrNotFound)
	require.Len(t, calls, 2)
	assert.Empty(t, calls[0].ErrorType)
	assert.Equal(t, metrics.ErrorTypeAPI, calls[1].ErrorType)
}
