// Package call has the command that calls a URL and shows what became of the call.
package call

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/cmd/tripware/internal/exit"
	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// A caller holds the flags of the command.
type caller struct {
	*cli.Env

	method         string
	data           string
	headers        []string
	retries        int
	anyMethod      bool
	limit          string
	timeout        time.Duration
	attemptTimeout time.Duration
	maxWait        time.Duration
	curl           bool
	har            string
	verbose        bool
	output         string

	calls []*transport.Call
}

const long = `Calls each URL in turn, as curl does, and prints the body of the response. A call that
fails, is throttled or loses its connection is retried; -v shows its attempts, waits and
limits, and --curl a command that sends it again. Redirects are followed.

A request with -d is a POST. Data that is JSON is sent as application/json, other data as
a form. Only calls whose method is idempotent are retried, others only after 429, unless
--retry-any is given.

A credential is not written into an argument, where others can see it. The value of such a
header may name environment variables, or be in a file with lines such as
"Authorization: Bearer …". It is sent to the host of the URL only:

  tripware call -H 'Authorization: Bearer $TOKEN' https://api.example.com/things
  tripware call -H @headers.txt https://api.example.com/things

The exit code is 0 for a status below 400, 3 for 429, 4 for 404, and 1 for any other.`

// New returns the command.
func New(env *cli.Env) *cobra.Command {
	k := &caller{Env: env}
	c := &cobra.Command{
		Use:   "call URL...",
		Short: "Call a URL, and show attempts, waits and limits",
		Long:  long,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cli.Usagef("URL is missing: %s", c.UseLine())
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(c *cobra.Command, args []string) error { return k.run(c.Context(), args) },
	}
	flags := c.Flags()
	flags.StringVarP(&k.method, "request", "X", "", "the method; the default is GET, or POST with data")
	flags.StringVarP(&k.data, "data", "d", "", "the body: a text, @FILE, or @- for standard input")
	flags.StringArrayVarP(&k.headers, "header", "H", nil, "a header 'NAME: VALUE', or @FILE with a header on each line")
	flags.IntVar(&k.retries, "retry", 5, "how often the call is retried; 0 sends it once")
	flags.BoolVar(&k.anyMethod, "retry-any", false, "retry also methods that are not idempotent, such as POST")
	flags.StringVar(&k.limit, "limit", "", "the most attempts to each host, as in 10/s or 600/m")
	flags.DurationVar(&k.timeout, "timeout", 0, "the time for the call with its retries, such as 30s; 0 means no limit")
	flags.DurationVar(&k.attemptTimeout, "attempt-timeout", 0, "the time for an attempt; 0 means no limit")
	flags.DurationVar(&k.maxWait, "max-wait", 30*time.Second, "the longest wait that a server may ask for")
	flags.BoolVar(&k.curl, "curl", false, "print a curl command of the last attempt to standard error")
	flags.StringVar(&k.har, "har", "", "write the attempts to `FILE` as an HTTP Archive")
	flags.BoolVarP(&k.verbose, "verbose", "v", false, "print the timeline of the call to standard error")
	flags.StringVarP(&k.output, "output", "o", "", "write the body to `FILE` instead of standard output")
	return c
}

func (k *caller) run(ctx context.Context, urls []string) (err error) {
	r, err := k.request(urls)
	if err != nil {
		return err
	}
	client, err := k.client(r)
	if err != nil {
		return &exit.Error{Code: exit.Usage, Err: err}
	}
	defer func() {
		if k.har != "" {
			err = errors.Join(err, cli.WriteFile(k.har, func(w io.Writer) error { return inspect.WriteHAR(w, k.calls...) }))
		}
	}()
	var failed error
	for _, u := range r.urls {
		failed = errors.Join(failed, k.save(ctx, client, r, u))
		if ctx.Err() != nil {
			break
		}
	}
	return failed
}

// client returns a client with the chain that the flags ask for.
func (k *caller) client(r *request) (*http.Client, error) {
	retries := []retry.Option{
		retry.WithMaxRetries(k.retries), retry.WithMaxElapsed(0), retry.WithMaxHint(k.maxWait),
		retry.WithoutBudget(), retry.WithWholeBody(wholeBody),
	}
	if k.timeout > 0 {
		retries = append(retries, retry.WithCallTimeout(k.timeout))
	}
	if k.attemptTimeout > 0 {
		retries = append(retries, retry.WithAttemptTimeout(k.attemptTimeout))
	}
	if k.anyMethod {
		retries = append(retries, retry.WithAnyMethodOnStatus(), retry.WithAnyMethodOnError())
	}
	limits := []ratelimit.LimiterOption{ratelimit.WithMaxWait(0)}
	if k.limit != "" {
		perSecond, err := rate(k.limit)
		if err != nil {
			return nil, err
		}
		limits = append(limits, ratelimit.WithRate(perSecond, 1))
	}
	inspector := inspect.New(inspect.WithPhases(), inspect.WithHeaders(r.shown()...))
	opts := []tripware.Option{
		tripware.WithRetry(retries...), tripware.WithLimiter(ratelimit.NewLimiter(limits...)),
		tripware.WithTracing(inspector.Calls()), tripware.PerAttempt(inspector.Attempts()),
	}
	if k.Base != nil {
		opts = append(opts, tripware.WithBase(k.Base))
	}
	return tripware.New(append(opts, r.credentials()...)...)
}

// wholeBody is how much of a response's body belongs to the attempt, in bytes: if it breaks
// off there, the attempt is retried.
const wholeBody = 1 << 20

// save calls a URL and writes the body to the output.
func (k *caller) save(ctx context.Context, client *http.Client, r *request, u *url.URL) error {
	if k.output == "" {
		return k.call(ctx, client, r, u, k.Out)
	}
	file, err := os.CreateTemp(filepath.Dir(k.output), ".tripware-*") //nolint:forbidigo // the user names the output
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }() //nolint:forbidigo // it has another name if all went well
	err = k.call(ctx, client, r, u, file)
	if closeErr := file.Close(); closeErr != nil {
		return errors.Join(err, closeErr)
	}
	if _, status := errors.AsType[*statusError](err); err != nil && !status {
		return err
	}
	return errors.Join(err, os.Rename(file.Name(), k.output)) //nolint:forbidigo // the user names the output
}

// call calls a URL, copies the body to w, and prints what became of the call.
func (k *caller) call(ctx context.Context, client *http.Client, r *request, u *url.URL, w io.Writer) error {
	req, err := r.build(ctx, u)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		call := transport.CallOfError(err)
		k.show(call, nil)
		return failure(req, call, err)
	}
	defer resp.Body.Close()
	call := transport.CallOf(resp)
	body := &tail{Writer: w}
	_, err = io.Copy(body, resp.Body)
	if k.verbose && body.last != '\n' && body.last != 0 && k.Terminal(w) && k.Terminal(k.Err) {
		k.Tell("") // else the timeline begins beside the body
	}
	k.show(call, resp)
	switch {
	case err != nil:
		return fmt.Errorf("%s %s: read the body: %w", req.Method, redact.URL(req.URL), err)
	case resp.StatusCode >= http.StatusBadRequest:
		return failed(req, resp, call)
	}
	return nil
}

// A tail remembers the last byte that was written.
type tail struct {
	io.Writer

	last byte
}

func (t *tail) Write(p []byte) (int, error) {
	if len(p) > 0 {
		t.last = p[len(p)-1]
	}
	return t.Writer.Write(p)
}

// show prints the timeline, the limits and the curl command to standard error, if they are
// wanted.
func (k *caller) show(call *transport.Call, resp *http.Response) {
	k.calls = append(k.calls, call)
	if k.verbose {
		k.Tell("%s", strings.TrimSuffix(inspect.Timeline(call), "\n"))
		if resp != nil {
			if text := limits(transport.RateLimitOf(resp)); text != "" {
				k.Tell("%s", text)
			}
		}
	}
	if k.curl {
		k.Tell("%s", inspect.Curl(call, call.AttemptCount()))
	}
}

// limits returns what a response says of the server's limits, or the empty string.
func limits(r transport.RateLimit) string {
	if !r.HasQuota {
		return ""
	}
	text := fmt.Sprintf("the server's limit: %d requests left", r.Remaining)
	if r.Limit > 0 {
		text += fmt.Sprintf(" of %d", r.Limit)
	}
	if r.Reset > 0 {
		text += fmt.Sprintf(", renewed in %v", r.Reset.Round(time.Second))
	}
	return text
}

// A statusError is a response with a status that is an error.
type statusError struct{ text string }

func (e *statusError) Error() string { return e.text }

// failed returns the error of a status, with the exit code.
func failed(req *http.Request, resp *http.Response, call *transport.Call) error {
	code := exit.Failed
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
		code = exit.Throttled
	case http.StatusNotFound:
		code = exit.NotFound
	}
	return &exit.Error{Code: code, Err: &statusError{describe(req, call, resp.Status)}}
}

// failure returns the error of a call without a response.
func failure(req *http.Request, call *transport.Call, err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err // the URL may hold a secret
	}
	if call == nil || call.AttemptCount() == 0 {
		return fmt.Errorf("%s %s: %w", req.Method, redact.URL(req.URL), err)
	}
	return fmt.Errorf("%s: %w", describe(req, call, ""), err)
}

// describe returns the request with its status, how often it was sent, and why it was not
// sent once more.
func describe(req *http.Request, call *transport.Call, status string) string {
	text := fmt.Sprintf("%s %s", req.Method, redact.URL(req.URL))
	if status != "" {
		text += ": " + status
	}
	if n := call.AttemptCount(); n > 1 {
		text += fmt.Sprintf(" after %d attempts", n)
	}
	if reason := call.Reason(); reason != "" {
		text += fmt.Sprintf(" (%s)", reason)
	}
	return text
}
