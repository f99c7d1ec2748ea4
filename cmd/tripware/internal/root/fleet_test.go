package root_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/cmd/tripware/internal/exit"
	"github.com/tripware/tripware/cmd/tripware/internal/root"
	"github.com/tripware/tripware/contrib/redis"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/services/jsm"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/transport/redact"
)

const password = "hunter2/%"

// A watched is a Redis with a password, in which the tests look for the members of keys.
type watched struct {
	*miniredis.Miniredis

	url string
}

func newRedis(t *testing.T) watched {
	t.Helper()
	server := miniredis.RunT(t)
	server.RequireAuth(password)
	return watched{server, "redis://:" + url.QueryEscape(password) + "@" + server.Addr() + "/0"}
}

// members returns the number of members of each key.
func (w watched) members() map[string]int {
	found := map[string]int{}
	for _, key := range w.Keys() {
		found[key] = 0
		fields, _ := w.HKeys(key) // a key that has expired meanwhile has none
		for _, field := range fields {
			if strings.HasPrefix(field, "m:") {
				found[key]++
			}
		}
	}
	return found
}

// store returns the store of another program, which uses the defaults of contrib/redis.
func (w watched) store(t *testing.T) *redis.Store {
	t.Helper()
	options, err := goredis.ParseURL(w.url)
	require.NoError(t, err)
	options.MaxRetries, options.ContextTimeoutEnabled = -1, true
	rdb := goredis.NewClient(options)
	store, err := redis.New(rdb)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()); require.NoError(t, rdb.Close()) })
	return store
}

// patient lets the other program wait for the store on a machine that is busy.
func patient() ratelimit.LimiterOption {
	return ratelimit.WithSharing(ratelimit.Sharing{Timeout: 10 * time.Second})
}

// runApart runs a command line with one writer for each stream. Standard error may be written
// to by several goroutines.
func (s *session) runApart(args ...string) (code int, out, errs string) {
	s.t.Helper()
	var stdout bytes.Buffer
	stderr := &locked{}
	env := &cli.Env{
		In: strings.NewReader(s.in), Out: &stdout, Err: stderr,
		Getenv: func(name string) string { return s.env[name] }, Terminal: func(any) bool { return s.terminal },
		StoreTimeout: 30 * time.Second, // on a machine that is busy
	}
	code = root.Main(s.t.Context(), env, args)
	for _, secret := range []string{"hunter2", url.QueryEscape(password)} {
		assert.NotContains(s.t, stdout.String()+stderr.String(), secret)
	}
	return code, stdout.String(), stderr.String()
}

type locked struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(p)
}

// An export shares the limits of its account with another program that uses the defaults of
// opsgenie.WithFleet and contrib/redis: both are members of one key. When it ends, it gives
// its shares back.
func TestAnExportSharesLimitsWithOtherPrograms(t *testing.T) {
	t.Parallel()
	s, rdb := newSession(t), newRedis(t)
	store := rdb.store(t)
	var other *opsgenie.Client
	base := &http.Transport{}
	defer base.CloseIdleConnections()
	target, err := url.Parse(s.opsgenie.URL)
	require.NoError(t, err)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.Transport = base
	var mu sync.Mutex
	most := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Other") == "" { // the other program calls with each request of the export
			_, err := other.Account.Get(r.Context())
			assert.NoError(t, err)
			mu.Lock()
			for key, n := range rdb.members() {
				most[key] = max(most[key], n)
			}
			mu.Unlock()
		}
		proxy.ServeHTTP(w, r)
	}))
	defer server.Close()
	s.env[cli.EnvOpsgenieURL], s.env[cli.EnvFleet] = server.URL, rdb.url
	other, err = opsgenie.New(s.opsgenie.Key, opsgenie.WithBaseURL(server.URL), opsgenie.WithFleet(store, patient()),
		opsgenie.WithBase(roundTripper(func(req *http.Request) (*http.Response, error) {
			req.Header.Set("X-Other", "1")
			return base.RoundTrip(req)
		})))
	require.NoError(t, err)

	code, _, errs := s.runApart("opsgenie", "export", filepath.Join(t.TempDir(), "acme"), "--alerts", "--parallel", "4")
	require.Equal(t, exit.OK, code, errs)
	assert.NotContains(t, errs, "warning")

	hash := sha256.Sum256([]byte(s.opsgenie.Key))
	account := "tripware:limit:opsgenie/" + strings.TrimPrefix(server.URL, "http://") + "/" + hex.EncodeToString(hash[:16]) + "/"
	assert.Equal(t, 2, most[account+"configuration"], "the export and the other program: %v", most)
	assert.Equal(t, 1, most[account+"search"], "the export alone: %v", most)
	assert.Equal(t, 1, most[account+"alert"], "the export alone: %v", most)
	for key := range most {
		assert.True(t, strings.HasPrefix(key, account), key)
	}
	require.NoError(t, store.Close())
	for key, n := range rdb.members() {
		assert.Zero(t, n, "members of %s that did not give their share back", key)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// Commands of JSM Operations use the key that jsm.WithFleet uses, whatever their service.
func TestCommandsOfJSMShareTheLimitOfTheirSite(t *testing.T) {
	t.Parallel()
	s, rdb := newSession(t), newRedis(t)
	client, err := jsm.New(jsm.CloudID(s.jsm.CloudID), auth.Basic(s.jsm.Email, redact.NewSecret(s.jsm.Token)),
		jsm.WithBaseURL(s.jsm.URL), jsm.WithFleet(rdb.store(t), patient()))
	require.NoError(t, err)
	_, err = client.Teams.List(t.Context())
	require.NoError(t, err)
	client.CloseIdleConnections()
	require.Len(t, rdb.Keys(), 1)

	s.env[cli.EnvFleet] = rdb.url
	asked := rdb.CommandCount()
	for _, command := range [][]string{{"alerts", "list"}, {"teams", "list"}} {
		code, _, errs := s.runApart(append([]string{"jsm"}, command...)...)
		assert.Equal(t, exit.OK, code, errs)
		assert.Empty(t, errs)
	}
	assert.Greater(t, rdb.CommandCount(), asked)
	assert.Len(t, rdb.Keys(), 1)
}

// A name for the account is part of the keys instead of a hash, as with WithAccount, so that
// programs with several API keys of one account share its limits.
func TestTheAccountOfAFleetHasAName(t *testing.T) {
	t.Parallel()
	s, rdb := newSession(t), newRedis(t)
	s.env[cli.EnvFleet], s.env[cli.EnvAccount] = rdb.url, "payments"
	for _, vendor := range []string{"opsgenie", "jsm"} {
		code, _, errs := s.runApart(vendor, "teams", "list")
		require.Equal(t, exit.OK, code, errs)
	}
	require.Len(t, rdb.Keys(), 2)
	for _, key := range rdb.Keys() {
		assert.Contains(t, key, "/payments")
	}
}

// Whoever names the account names the fleet: the environment or the profile. A profile without
// a fleet uses that of the environment.
func TestTheFleetComesFromWhereTheAccountComesFrom(t *testing.T) {
	t.Parallel()
	ofProfile, ofEnvironment := newRedis(t), newRedis(t)
	s := newSession(t)
	account := `{"opsgenie": {"key": "` + s.opsgenie.Key + `", "url": "` + s.opsgenie.URL + `"}`
	file := filepath.Join(t.TempDir(), "config.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"default": "fleet", "profiles": {
		"fleet": `+account+`, "fleet": "`+ofProfile.url+`"}, "alone": `+account+`}}}`), 0o600))
	s.env["TRIPWARE_CONFIG"] = file
	for _, c := range []struct {
		name, profile, environment string
		used                       *watched
	}{
		{"the environment", "", ofEnvironment.url, &ofEnvironment},
		{"the environment without a fleet", "", "", nil},
		{"the profile", "fleet", "", &ofProfile},
		{"the profile before the environment", "fleet", ofEnvironment.url, &ofProfile},
		{"the environment for a profile without one", "alone", ofEnvironment.url, &ofEnvironment},
		{"a profile without a fleet", "alone", "", nil},
	} {
		ofProfile.FlushAll()
		ofEnvironment.FlushAll()
		s.env[cli.EnvFleet] = c.environment
		code, _, errs := s.runApart("opsgenie", "teams", "list", "--profile", c.profile)
		assert.Equal(t, exit.OK, code, errs)
		assert.Empty(t, errs, c.name)
		for _, each := range []*watched{&ofProfile, &ofEnvironment} {
			assert.Equal(t, c.used != nil && c.used.url == each.url, len(each.Keys()) > 0, c.name)
		}
	}
}

// A URL that cannot be read is wrong usage, and is not shown. Nothing is sent.
func TestAFleetThatIsNoURLOfRedis(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	before := s.opsgenie.Received()
	for _, address := range []string{
		"redis.example.com:6379", "http://:hunter2@redis", "redis://:hunter2/x@redis:6379", "redis://:hunter2%@redis",
		"redis://:pass@redis/hunter2", "redis://:pass@redis?hunter2=1", "redis://:pass@redis?protocol=hunter2", "rediss://redis:hunter2",
	} {
		s.env[cli.EnvFleet] = address
		for _, command := range [][]string{{"opsgenie", "export", t.TempDir()}, {"opsgenie", "doctor", "-v"}, {"jsm", "teams", "list"}} {
			code, out, errs := s.runApart(command...)
			assert.Equal(t, exit.Usage, code, address)
			assert.Empty(t, out)
			assert.Contains(t, errs, "the fleet (TRIPWARE_FLEET, or member fleet of the profile) is not a URL of Redis: write rediss://user:password@host")
			assert.Equal(t, 1, strings.Count(errs, "\n"), errs)
		}
	}
	assert.Equal(t, before, s.opsgenie.Received())
}

// No call fails because the store cannot be used. The user is told once, whatever the number
// of keys, and -v shows each.
func TestAFleetThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	rdb := newRedis(t)
	for address, why := range map[string]string{
		"redis://:hunter2@127.0.0.1:1":      "Redis at 127.0.0.1:1 cannot be used: dial tcp 127.0.0.1:1: connect: connection refused",
		"redis://:hunter2@" + rdb.Addr():    "Redis at " + rdb.Addr() + " cannot be used: redis: the server refused the login: set Username and Password",
		"redis://ann:hunter2@" + rdb.Addr(): "Redis at " + rdb.Addr() + " cannot be used: redis: the server refused the login: set Username and Password",
	} {
		for _, terminal := range []bool{false, true} {
			s := newSession(t)
			s.env[cli.EnvFleet], s.terminal = address, terminal
			code, out, errs := s.runApart("opsgenie", "export", filepath.Join(t.TempDir(), "acme"), "--alerts")
			assert.Equal(t, exit.OK, code, errs)
			assert.Contains(t, out, "of the account opsgenietest")
			assert.Equal(t, 1, strings.Count(errs, "warning: the limits are not shared with the fleet, since "+why), errs)
			assert.Equal(t, 1, strings.Count(errs, "warning"), errs)
			assert.NotContains(t, errs, "level=")
		}
		s := newSession(t)
		s.env[cli.EnvFleet] = address
		code, _, errs := s.runApart("opsgenie", "doctor", "-v")
		assert.Equal(t, exit.OK, code, errs)
		assert.Equal(t, 1, strings.Count(errs, "tripware: warning"), errs)
		assert.Contains(t, errs, `level=WARN msg="the limit is not shared: the fleet's store fails" key=search error=`)
		assert.Contains(t, errs, `level=WARN msg="the limit is not shared: the fleet's store fails" key=configuration error=`)
	}
}

// A store that fails while an export shows its progress on a terminal is told above the lines.
func TestAFleetThatIsLostDuringAnExport(t *testing.T) {
	t.Parallel()
	s, rdb := newSession(t), newRedis(t)
	s.env[cli.EnvFleet], s.terminal = rdb.url, true
	var lost sync.Once
	s.opsgenie.Inject(opsgenietest.Fault{
		Kind: opsgenietest.Status, Status: http.StatusTeapot, Route: "GET /v2/alerts", Times: opsgenietest.Always,
		Match: func(opsgenietest.Request) bool {
			lost.Do(rdb.Close)
			return false
		},
	})
	code, _, errs := s.runApart("opsgenie", "export", filepath.Join(t.TempDir(), "acme"), "--alerts")
	assert.Equal(t, exit.OK, code, errs)
	assert.Equal(t, 1, strings.Count(errs, "A\r\x1b[2Ktripware: warning: the limits are not shared"), errs)
}

// The doctor says whether the store can be reached, also as JSON; without one it says nothing.
func TestTheDoctorExaminesTheFleet(t *testing.T) {
	t.Parallel()
	s, rdb := newSession(t), newRedis(t)
	for address, want := range map[string]string{
		"":                             "",
		rdb.url:                        "Redis at " + rdb.Addr() + " can be reached",
		"redis://:hunter2@127.0.0.1:1": "Redis at 127.0.0.1:1 cannot be used: dial tcp 127.0.0.1:1: connect: connection refused",
	} {
		s.env[cli.EnvFleet] = address
		for _, vendor := range []string{"opsgenie", "jsm"} {
			code, out, _ := s.runApart(vendor, "doctor")
			assert.Equal(t, exit.OK, code)
			assert.Equal(t, want != "", strings.Contains(out, "\nFLEET    "+want+"\n"), out)
			_, out, _ = s.runApart(vendor, "doctor", "-o", "json")
			assert.Equal(t, want != "", strings.Contains(out, `"fleet": "`+want+`"`), out)
			assert.Equal(t, want != "", strings.Contains(out, `"fleet"`), out)
		}
	}
}
