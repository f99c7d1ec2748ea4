package root_test

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/cmd/tripware/internal/exit"
	"github.com/tripware/tripware/cmd/tripware/internal/root"
)

// A clockwork is a server in virtual time, which records when each request came.
type clockwork struct {
	answer  func(n int, req *http.Request) (status int, header http.Header, body string)
	address string // of Opsgenie; a blank for its regions
	begun   time.Time
	at      []time.Duration
	out     bytes.Buffer
	err     bytes.Buffer
}

func (k *clockwork) RoundTrip(req *http.Request) (*http.Response, error) {
	k.at = append(k.at, time.Since(k.begun))
	status, header, body := k.answer(len(k.at), req)
	if status == 0 {
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req,
	}, nil
}

// run runs the program until it ends or the time is over, when it is interrupted.
func (k *clockwork) run(t *testing.T, within time.Duration, args ...string) int {
	t.Helper()
	k.begun = time.Now()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	timer := time.AfterFunc(within, cancel)
	defer timer.Stop()
	env := &cli.Env{
		In: strings.NewReader(""), Out: &k.out, Err: &k.err, Base: k, Terminal: func(any) bool { return false },
		Getenv: func(name string) string {
			address := strings.TrimSpace(cmp.Or(k.address, "https://api.example.com"))
			return map[string]string{cli.EnvOpsgenieKey: "0123456789", cli.EnvOpsgenieURL: address, "TOKEN": "s3cr3t"}[name]
		},
	}
	return root.Main(ctx, env, args)
}

const accepted = `{"result": "Request will be processed", "took": 0.1, "requestId": "r-1"}`

// A heartbeat is pinged with its interval until the program is interrupted. A ping that fails
// is told, and the next one comes in its time.
func TestAHeartbeatIsPingedAgainAndAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := &clockwork{answer: func(n int, _ *http.Request) (int, http.Header, string) {
			if n == 3 {
				return http.StatusForbidden, nil, `{"message": "Not today"}`
			}
			return http.StatusAccepted, nil, accepted
		}}
		code := k.run(t, 4*time.Minute+30*time.Second, "opsgenie", "heartbeats", "ping", "backup", "--every", "1m")
		assert.Equal(t, []time.Duration{0, time.Minute, 2 * time.Minute, 3 * time.Minute, 4 * time.Minute}, k.at)
		assert.Equal(t, exit.Partial, code)
		assert.Contains(t, k.err.String(), "ping failed: services: ")
		assert.Contains(t, k.err.String(), "1 of 5 pings failed")
		assert.Empty(t, k.out.String())
	})
}

// A key that lacks everything, or a heartbeat that does not exist, ends the pings at once.
func TestAHeartbeatThatDoesNotExistIsNotPingedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := &clockwork{answer: func(int, *http.Request) (int, http.Header, string) {
			return http.StatusNotFound, nil, `{"message": "None"}`
		}}
		assert.Equal(t, exit.NotFound, k.run(t, time.Hour, "opsgenie", "heartbeats", "ping", "backup", "--every", "1m"))
		assert.Len(t, k.at, 1)
	})
}

// A wait whose request is never processed ends with exit code 5, also by --timeout.
func TestAWaitThatDoesNotSettle(t *testing.T) {
	t.Parallel()
	for _, limit := range []string{"0", "3s"} {
		synctest.Test(t, func(t *testing.T) {
			k := &clockwork{answer: func(_ int, req *http.Request) (int, http.Header, string) {
				if req.Method == http.MethodPost {
					return http.StatusAccepted, nil, accepted
				}
				return http.StatusNotFound, http.Header{"X-Opsgenie-Errortype": {"RequestNotProcessed"}}, `{"message": "not processed"}`
			}}
			begun := time.Now()
			code := k.run(t, time.Hour, "opsgenie", "alerts", "close", "a-1", "--wait", "--timeout", limit)
			assert.Equal(t, exit.Unsettled, code, k.err.String())
			assert.Contains(t, k.err.String(), "request r-1: ", "the id resumes the wait")
			assert.Greater(t, len(k.at), 2)
			if limit != "0" {
				assert.LessOrEqual(t, time.Since(begun), 3*time.Second)
			}
		})
	}
}

// If the key is refused, doctor finds the region in which it is valid. It tells by how much the
// clock is wrong, and which domains the key may not read.
func TestDoctor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		region string // where the key is valid
		code   int
		says   []string
	}{
		{"api.eu.opsgenie.com", exit.Failed, []string{"the key is not valid here, but it is in the region eu: set OPSGENIE_REGION=eu"}},
		{"nowhere", exit.Failed, []string{"the key is refused: services: "}},
		{"api.opsgenie.com", exit.Partial, []string{
			"KEY      valid", "ACCOUNT  Acme, 7 users, plan Standard", "CLOCK    1m40s behind the server's",
			"incident         not in the plan", "heartbeat        forbidden        THROTTLED     No heartbeats", "search           ok               7 of 10 left",
			"2 of 7 domains cannot be read",
		}},
	} {
		synctest.Test(t, func(t *testing.T) {
			k := &clockwork{address: " ", answer: func(_ int, req *http.Request) (int, http.Header, string) {
				header := http.Header{"Date": {time.Now().Add(100 * time.Second).UTC().Format(http.TimeFormat)}}
				switch {
				case req.URL.Host != c.region:
					return http.StatusUnauthorized, header, `{"message": "Could not authenticate"}`
				case req.URL.Path == "/v2/account":
					return http.StatusOK, header, `{"data": {"name": "Acme", "userCount": 7, "plan": {"name": "Standard"}}}`
				case req.URL.Path == "/v1/incidents":
					return http.StatusPaymentRequired, header, `{"message": "Your plan does not include incidents"}`
				case req.URL.Path == "/v2/heartbeats":
					header.Set("X-RateLimit-State", "THROTTLED")
					return http.StatusForbidden, header, `{"message": "No heartbeats"}`
				case req.URL.Path == "/v2/alerts":
					header.Set("X-RateLimit-Limit", "10")
					header.Set("X-RateLimit-Remaining", "7")
				}
				return http.StatusOK, header, `{"data": []}`
			}}
			assert.Equal(t, c.code, k.run(t, time.Hour, "opsgenie", "doctor"))
			for _, part := range c.says {
				assert.Contains(t, k.out.String()+k.err.String(), part)
			}
		})
	}
}

// A call waits as the server asks, and shows what it did.
func TestACallWaitsAsTheServerAsks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := &clockwork{answer: func(n int, req *http.Request) (int, http.Header, string) {
			assert.Equal(t, "Bearer s3cr3t", req.Header.Get("Authorization"))
			if n == 1 {
				return http.StatusTooManyRequests, http.Header{"Retry-After": {"7"}}, "slower"
			}
			return http.StatusOK, http.Header{"X-Ratelimit-Limit": {"100"}, "X-Ratelimit-Remaining": {"37"}}, "hello\n"
		}}
		code := k.run(t, time.Hour, "call", "-v", "-H", "Authorization: Bearer $TOKEN", "https://api.example.com/x?token=s3cr3t")
		assert.Zero(t, code)
		assert.Equal(t, "hello\n", k.out.String())
		assert.Len(t, k.at, 2)
		assert.GreaterOrEqual(t, k.at[1], 7*time.Second)
		for _, part := range []string{"GET https://api.example.com/x?token=***\n", " #1 429 in ", "waited 7.", " #2 200 in ", "37 requests left of 100"} {
			assert.Contains(t, k.err.String(), part)
		}
		assert.NotContains(t, k.err.String(), "s3cr3t")
	})
}

// A limit spreads the attempts of several URLs of one host.
func TestACallKeepsToTheLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := &clockwork{answer: func(int, *http.Request) (int, http.Header, string) { return http.StatusOK, nil, "." }}
		assert.Zero(t, k.run(t, time.Hour, "call", "--limit", "2/s", "https://a.example/1", "https://a.example/2", "https://a.example/3"))
		assert.Equal(t, []time.Duration{0, 500 * time.Millisecond, time.Second}, k.at)
		assert.Equal(t, "...", k.out.String())
	})
}

// The flags of a call decide how often and how long it is tried.
func TestACallIsRetriedAsTheFlagsSay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args     []string
		attempts int
		code     int
	}{
		{[]string{"--retry", "2"}, 3, exit.Failed},
		{[]string{"--retry", "0"}, 1, exit.Failed},
		{[]string{"--retry", "2", "-X", "POST"}, 1, exit.Failed},
		{[]string{"--retry", "2", "-d", "a=b"}, 1, exit.Failed},
		{[]string{"--retry", "2", "-d", "a=b", "--retry-any"}, 3, exit.Failed},
		{[]string{"--retry", "-1"}, 0, exit.Usage},
		{[]string{"-X", "P OST"}, 0, exit.Usage},
		{[]string{"-d", "@no-such-file"}, 0, exit.Usage},
		{[]string{"-H", "X-Api-Key: $NOT_SET"}, 0, exit.Usage},
		{[]string{"-H", "no colon"}, 0, exit.Usage},
	} {
		synctest.Test(t, func(t *testing.T) {
			k := &clockwork{answer: func(int, *http.Request) (int, http.Header, string) { return http.StatusServiceUnavailable, nil, "down" }}
			assert.Equal(t, c.code, k.run(t, time.Hour, append(append([]string{"call"}, c.args...), "https://a.example/1")...), c.args)
			assert.Len(t, k.at, c.attempts, c.args)
		})
	}
}

// A server that hangs: the time of an attempt, of the call, and an interruption.
func TestACallThatHangsEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args     []string
		attempts int
		after    time.Duration
		says     string
	}{
		{[]string{"--attempt-timeout", "2s", "--retry", "0"}, 1, 2 * time.Second, "timed out"},
		{[]string{"--timeout", "5s"}, 1, 5 * time.Second, "timed out"},
		{nil, 1, 10 * time.Second, "interrupted"},
	} {
		synctest.Test(t, func(t *testing.T) {
			k := &clockwork{answer: func(int, *http.Request) (int, http.Header, string) { return 0, nil, "" }}
			assert.Equal(t, exit.Failed, k.run(t, 10*time.Second, append(append([]string{"call"}, c.args...), "https://a.example/1")...), c.args)
			assert.Equal(t, c.after, time.Since(k.begun), c.args)
			assert.Contains(t, k.err.String(), c.says)
		})
	}
}
