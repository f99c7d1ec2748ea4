package auth

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// A Token is the result of a fetch of [Refresh].
type Token struct {
	Value   redact.Secret // the token, without a scheme
	Expires time.Time     // when it expires; zero if it is valid until a 401
}

// A RefreshOption configures [Refresh]. To keep a default, leave its option out;
// passing zero does not select it.
type RefreshOption func(*refresher)

// WithScheme sets the authentication scheme before the token. The default is "Bearer";
// the empty string sends only the token.
func WithScheme(scheme string) RefreshOption { return func(r *refresher) { r.scheme = scheme } }

// WithRefreshTimeout limits the time of a fetch. The default is 30s; 0 means no limit, so
// that calls wait until the fetch returns or their own contexts end.
func WithRefreshTimeout(d time.Duration) RefreshOption { return func(r *refresher) { r.timeout = d } }

// WithRefreshBefore sets how long before a token expires the next one is fetched. Until
// it arrives, calls use the old one. The default is 30s; 0 fetches the next token after
// the old one has expired. More than half of a token's lifetime counts as half of it.
func WithRefreshBefore(d time.Duration) RefreshOption { return func(r *refresher) { r.before = d } }

// WithRefreshCalm sets the minimum time between fetches, so that tokens that are refused,
// already expired or unavailable do not cause a fetch for each call. Only the first valid
// token may be replaced sooner. The default is 1s; 0 means no minimum.
func WithRefreshCalm(d time.Duration) RefreshOption { return func(r *refresher) { r.calm = d } }

// Refresh returns a [Renewer] that stores the token from fetch, and fetches a new one
// shortly before it expires and after a 401.
//
// Only one fetch runs at a time. Its context has the values of the call that started it,
// but not its record or cancellation, and ends after the timeout; fetch must return when
// it ends. Calls that wait for a fetch get its error. A call stops waiting when its own
// context ends.
//
// If fetch returns an error, the call was not sent, and its retry loop asks again as often as
// for a broken connection. An error that no repetition can change should have a method
// Retryable() bool that returns false: it ends the call at once. A services.Error has it,
// so that the 400, 401 or 403 of a token endpoint is final and its 503 is not.
//
// The time that a call waits for a fetch is a wait in its record: see
// [transport.WaitCredential].
//
// Fetches are limited to one per calm period, whatever the load: see [WithRefreshCalm].
// During that period the last token is used, even if it was refused or has expired; if
// there was none, calls get the last error.
func Refresh(fetch func(ctx context.Context) (Token, error), opts ...RefreshOption) Renewer {
	r := &refresher{fetch: fetch, scheme: "Bearer", timeout: 30 * time.Second, before: 30 * time.Second, calm: time.Second}
	for _, opt := range opts {
		if opt != nil {
			opt(r)
		}
	}
	r.fault = r.check()
	return r
}

type refresher struct {
	fetch   func(ctx context.Context) (Token, error)
	scheme  string
	timeout time.Duration
	before  time.Duration
	calm    time.Duration
	fault   error

	mu      sync.Mutex
	last    func() credential // nil before the first
	refused bool              // the server responded to it with 401
	expires time.Time         // zero if it does not expire
	due     time.Time         // when to fetch the next; zero for never
	rested  time.Time         // end of the calm period
	err     error             // of the last fetch
	running *flight
}

// A flight is one fetch and its result.
type flight struct {
	done     chan struct{} // closed when token and err are set
	timeout  <-chan struct{}
	token    func() credential
	err      error
	first    bool // there was no token before
	panicked any
}

func (r *refresher) check() error {
	var faults []error
	if r.fetch == nil {
		faults = append(faults, errors.New("auth: refresh: the function to fetch tokens is nil"))
	}
	if r.timeout < 0 {
		faults = append(faults, fmt.Errorf("auth: refresh: timeout %s is negative", r.timeout))
	}
	if r.before < 0 {
		faults = append(faults, fmt.Errorf("auth: refresh: time before expiry %s is negative", r.before))
	}
	if r.calm < 0 {
		faults = append(faults, fmt.Errorf("auth: refresh: calm period %s is negative", r.calm))
	}
	if !validScheme(r.scheme) {
		faults = append(faults, fmt.Errorf("auth: refresh: scheme %q is not one word such as Bearer", r.scheme))
	}
	return errors.Join(faults...)
}

func (r *refresher) Fault() error { return r.fault }

func (r *refresher) Authorization(ctx context.Context) (string, error) {
	return text(r.credential(ctx))
}

func (r *refresher) credential(ctx context.Context) (credential, error) {
	if r.fault != nil {
		return nil, &settled{r.fault}
	}
	c, f, err := r.current(ctx)
	if f == nil {
		return c, err
	}
	waiting, begun := layer.AddWait(ctx, 0, transport.WaitCredential, "token request"), time.Now()
	defer func() { waiting.End(time.Since(begun)) }()
	select {
	case <-f.done:
		return f.result()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for token: %w", ended(ctx))
	case <-f.timeout:
		return f.late(r.timeout)
	}
}

// Renew marks value as refused if it is the current token.
func (r *refresher) Renew(value string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last != nil && r.last().value() == value {
		r.refused = true
	}
}

// current returns the credential to use, or the fetch to wait for, or the error of the
// last fetch.
func (r *refresher) current(ctx context.Context) (credential, *flight, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	good := r.last != nil && !r.refused && (r.expires.IsZero() || now.Before(r.expires))
	if good && (r.due.IsZero() || now.Before(r.due)) {
		return r.last(), nil, nil
	}
	if r.running == nil && !now.Before(r.rested) {
		r.running = r.start(ctx)
	}
	switch {
	case good || r.running == nil && r.last != nil:
		return r.last(), nil, nil
	case r.running == nil:
		return nil, nil, fetchError(r.err)
	}
	return nil, r.running, nil
}

// start begins a fetch, whose context ends after the timeout.
func (r *refresher) start(ctx context.Context) *flight {
	ctx, cancel := r.bounded(outward(context.WithoutCancel(ctx)))
	f := &flight{done: make(chan struct{}), timeout: ctx.Done(), first: r.last == nil}
	go func() {
		defer cancel()
		defer r.land(f)
		f.err = errors.New("the function to fetch tokens did not return") // it may call runtime.Goexit
		defer func() { f.panicked = recover() }()
		token, err := r.fetch(ctx)
		f.err = r.accept(f, token, err)
	}()
	return f
}

// bounded returns the context of a fetch.
func (r *refresher) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if r.timeout == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, r.timeout)
}

// accept stores the result of a fetch.
func (r *refresher) accept(f *flight, token Token, err error) error {
	if err != nil {
		return err
	}
	if fault := valueFault(token.Value.Reveal()); fault != nil {
		return fault
	}
	f.token = held(joined(r.scheme, token.Value.Reveal()))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last, r.refused = f.token, false
	r.expires, r.due = token.Expires, time.Time{}
	if !token.Expires.IsZero() {
		life := time.Until(token.Expires)
		r.due = token.Expires.Add(-min(r.before, max(0, life/2)))
		f.first = f.first && life > 0
	}
	return nil
}

// land ends a fetch and wakes the calls that wait for it. The first valid token does not
// start a calm period, since it may be refused.
func (r *refresher) land(f *flight) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running = nil
	if r.err = f.err; f.panicked != nil {
		r.err = fmt.Errorf("the fetch panicked: %v", f.panicked)
	}
	if r.err != nil || !f.first {
		r.rested = time.Now().Add(r.calm)
	}
	close(f.done)
}

func fetchError(err error) error { return fmt.Errorf("token request: %w", err) }

func (f *flight) result() (credential, error) {
	if f.panicked != nil {
		panic(f.panicked) // as if fetch had run in the waiting goroutine
	}
	if f.err != nil {
		return nil, fetchError(f.err)
	}
	return f.token(), nil
}

// late returns a timeout, unless the fetch has ended: its context ends in that case too.
func (f *flight) late(timeout time.Duration) (credential, error) {
	select {
	case <-f.done:
		return f.result()
	default:
		return nil, &lateError{timeout}
	}
}

// A lateError is a timeout of the fetch, not of the call.
type lateError struct{ after time.Duration }

func (e *lateError) Error() string {
	return fmt.Sprintf("token request: no result within %s", e.after)
}
func (e *lateError) Timeout() bool { return true }

// ended returns an error that matches ctx.Err() and, if one was set, the cause.
func ended(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if cause == err { //nolint:errorlint // identity: without a cause, Cause returns the context's error
		return err
	}
	return fmt.Errorf("%w: %w", err, cause)
}
