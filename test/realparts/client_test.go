//go:build realparts && linux

package realparts_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/network"
	"github.com/tripware/tripware/transport/redact"
)

// within bounds every call of the tests.
const within = 20 * time.Second

// quick is a policy whose waits cost a test nothing to speak of.
func quick(opts ...retry.Option) tripware.Option {
	return tripware.WithRetry(append([]retry.Option{retry.WithMaxRetries(3), retry.WithBaseDelay(time.Millisecond), retry.WithoutBudget()}, opts...)...)
}

// A client is one of ours, and what it logs at every level.
type client struct {
	http *http.Client
	logs *output
}

func newClient(t *testing.T, opts ...tripware.Option) *client {
	t.Helper()
	c := &client{logs: new(output)}
	logger := slog.New(slog.NewTextHandler(c.logs, &slog.HandlerOptions{Level: slog.LevelDebug - 4}))
	var err error
	c.http, err = tripware.New(append([]tripware.Option{quick(), tripware.WithLogger(logger)}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(c.http.CloseIdleConnections)
	return c
}

// An answer is what came of a call.
type answer struct {
	status int
	proto  string
	header http.Header
	body   string
	cut    error // of reading the body
	record *transport.Call
	err    error
}

// do makes a call and reads its answer.
func (c *client) do(ctx context.Context, method, at, body string, header http.Header) (a answer) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	ctx, a.record = transport.Begin(ctx)
	defer a.record.End()
	req, err := http.NewRequestWithContext(ctx, method, at, strings.NewReader(body))
	if err != nil {
		a.err = err
		return a
	}
	for name := range header {
		req.Header[name] = header[name]
	}
	resp, err := c.http.Do(req)
	if err != nil {
		a.err = err
		return a
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	a.status, a.proto, a.header, a.body, a.cut = resp.StatusCode, resp.Proto, resp.Header, string(text), err
	return a
}

func (c *client) get(t *testing.T, at string) answer {
	t.Helper()
	return c.do(t.Context(), http.MethodGet, at, "", nil)
}

func (c *client) post(t *testing.T, at, body string) answer {
	t.Helper()
	return c.do(t.Context(), http.MethodPost, at, body, nil)
}

// requireReached demands that the call got through to the target at the given attempt.
func requireReached(t *testing.T, a answer, attempts int) {
	t.Helper()
	require.NoError(t, a.err)
	require.NoError(t, a.cut)
	require.Equal(t, http.StatusOK, a.status, a.body)
	assert.Equal(t, attempts, a.record.AttemptCount())
}

// A login is a user of a proxy.
type login struct{ user, password string }

// special has in its password what ends or escapes something in a URL, a header
// or a configuration file.
func special() login { return login{"parts", `p@ss:w/ör d%41&"`} }

func (l login) into(p network.Proxy) network.Proxy {
	p.Username, p.Password = l.user, redact.NewSecret(l.password)
	return p
}

// requireUnsaid demands that a text has the password in none of the forms in which
// it travels.
func (l login) requireUnsaid(t *testing.T, what, text string) {
	t.Helper()
	userinfo := url.UserPassword(l.user, l.password).String()
	for _, form := range []string{
		l.password, strings.Trim(fmt.Sprintf("%q", l.password), `"`),
		strings.TrimPrefix(userinfo, l.user+":"), url.QueryEscape(l.password), url.PathEscape(l.password),
		base64.StdEncoding.EncodeToString([]byte(l.user + ":" + l.password)),
	} {
		require.NotContains(t, text, form, what)
	}
}

// requireUnsaidBy demands that of an error, and of all that it wraps, in every verb.
func (l login) requireUnsaidBy(t *testing.T, err error) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			l.requireUnsaid(t, verb, fmt.Sprintf(verb, err))
		}
	}
}

// proxyError returns the refusal of a tunnel that an error holds.
func (a answer) proxyError() (*network.ProxyError, bool) {
	return errors.AsType[*network.ProxyError](a.err)
}
