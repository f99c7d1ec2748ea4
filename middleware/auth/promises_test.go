package auth_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// C2: the body that GetBody made for the attempt after a 401 is closed, also
// where that attempt is not made.
func TestTheBodyOfAnAttemptThatIsNotMadeIsClosed(t *testing.T) {
	t.Parallel()
	down := errors.New("the issuer is down")
	for name, row := range map[string]struct {
		next     func() (auth.Token, error)
		attempts int // and bodies
		err      error
	}{
		"another token":  {func() (auth.Token, error) { return auth.Token{Value: redact.NewSecret("other")}, nil }, 2, nil},
		"the same token": {func() (auth.Token, error) { return auth.Token{Value: secret}, nil }, 1, nil},
		"no token":       {func() (auth.Token, error) { return auth.Token{}, down }, 1, down},
	} {
		var fetches int
		source := auth.Refresh(func(context.Context) (auth.Token, error) {
			if fetches++; fetches == 1 {
				return auth.Token{Value: secret}, nil
			}
			return row.next()
		})
		made := []*countedBody{{Reader: strings.NewReader("x")}}
		req := request(t, http.MethodPost, home, nil)
		req.Body, req.GetBody = made[0], func() (io.ReadCloser, error) {
			made = append(made, &countedBody{Reader: strings.NewReader("x")})
			return made[len(made)-1], nil
		}
		base := &server{answer: func(*http.Request) int { return http.StatusUnauthorized }}
		resp, err := auth.New(home, source)(base).RoundTrip(req)
		require.ErrorIs(t, err, row.err, name)
		if err == nil {
			require.NoError(t, resp.Body.Close())
		}
		assert.Len(t, base.values, row.attempts, name)
		require.Len(t, made, row.attempts, name)
		for i, body := range made {
			assert.Equal(t, 1, body.closed, "%s: body %d", name, i+1)
		}
		assert.Zero(t, base.opened.Load(), name)
	}
}

// C3: a panic of the base reaches the caller, and the next call is signed.
func TestAPanicOfTheBaseLeavesTheLayerUsable(t *testing.T) {
	t.Parallel()
	var fetches atomic.Int32
	base := &server{answer: func(req *http.Request) int {
		if req.URL.Path == "/panic" {
			panic("the base")
		}
		return http.StatusOK
	}}
	rt := auth.New(home, auth.Refresh(numbered(0, &fetches)))(base)
	assert.PanicsWithValue(t, "the base", func() { _, _ = rt.RoundTrip(request(t, http.MethodGet, home+"/panic", nil)) })
	send(t, rt, request(t, http.MethodGet, home, nil))
	assert.Equal(t, []string{"Bearer t1", "Bearer t1"}, base.values)
}

// A1: a port that is written out equals the one that is not, if it is the
// scheme's own, and no other does.
func TestDefaultPortsAreEqual(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		origin, to string
		signed     bool
	}{
		{"https://h.test", "https://h.test:443/x", true}, {"https://h.test:443", "https://h.test/x", true},
		{"http://localhost", "http://localhost:80/x", true}, {"http://127.0.0.1:80", "http://127.0.0.1/x", true},
		{"https://h.test", "https://h.test:80/x", false}, {"https://h.test:80", "https://h.test/x", false},
		{"https://h.test:80", "http://h.test/x", false}, {"http://localhost:443", "https://localhost/x", false},
	} {
		base := &server{}
		send(t, auth.New(row.origin, auth.Bearer(secret))(base), request(t, http.MethodGet, row.to, nil))
		assert.Equal(t, row.signed, base.values[0] != "", "%s signs %s", row.origin, row.to)
	}
}

// A2: all of loopback and no more.
func TestWhatIsLoopback(t *testing.T) {
	t.Parallel()
	for host, loopback := range map[string]bool{
		"127.0.0.1": true, "127.8.9.10": true, "[::1]": true, "localhost": true, "LOCALHOST": true,
		"128.0.0.1": false, "0.0.0.0": false, "[::2]": false, "localhost.example.com": false, "127.0.0.1.example.com": false, "10.0.0.1": false,
	} {
		err := transport.Check(auth.New("http://"+host, auth.Bearer(secret))(&server{}))
		assert.Equal(t, loopback, err == nil, "%s: %v", host, err)
	}
}

// A4: a fetch ends after 30 s unless another timeout is set, whatever the
// deadline of the call that began it.
func TestAFetchHasThirtySeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := auth.Refresh(func(ctx context.Context) (auth.Token, error) {
			<-ctx.Done()
			return auth.Token{}, ctx.Err()
		})
		begun := time.Now()
		_, err := source.Authorization(t.Context())
		require.Error(t, err)
		assert.Equal(t, 30*time.Second, time.Since(begun))
	})
}

// A4: a call has one attempt more for a 401, not one for each attempt of its
// retry loop.
func TestASecond401IsFinal(t *testing.T) {
	t.Parallel()
	var fetches atomic.Int32
	base := &server{answer: func(*http.Request) int { return http.StatusUnauthorized }}
	ctx, call := transport.Begin(t.Context())
	twice := func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			require.NoError(t, err)
			layer.CloseBody(resp.Body)
			return next.RoundTrip(req)
		})
	}
	rt := transport.Chain(base, twice, auth.New(home, auth.Refresh(numbered(0, &fetches))))
	resp := send(t, rt, request(t, http.MethodGet, home, nil).WithContext(ctx))
	assert.Equal(t, http.StatusUnauthorized, resp.StatusCode)
	assert.Len(t, base.values, 3, "two round trips and one attempt more")
	assert.Equal(t, 3, call.AttemptCount(), "O3")
}
