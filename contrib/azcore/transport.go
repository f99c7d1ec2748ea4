package azcore

import (
	"errors"
	"io"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport/layer"
)

// off switches azcore's retries off: a zero would mean three.
func off() policy.RetryOptions { return policy.RetryOptions{MaxRetries: -1} }

// single is a policy that keeps azcore's retries off in calls whose context has others.
type single struct{}

func (single) Do(req *policy.Request) (*http.Response, error) {
	return req.WithContext(policy.WithRetryOptions(req.Raw().Context(), off())).Next()
}

// bodies lets the retry loop rewind the body of a request itself. The bodies that azcore's
// GetBody returns are all the same reader, which an attempt may still be reading when the
// next one begins; and they close the caller's body, which then could not be sent again.
// The request's own body can seek, and closing it does nothing.
type bodies struct{ layer.Link }

func (b *bodies) RoundTrip(req *http.Request) (*http.Response, error) {
	if _, seeks := req.Body.(io.Seeker); seeks && req.GetBody != nil {
		own := *req
		own.GetBody = nil
		req = &own
	}
	return b.Next.RoundTrip(req)
}

// final sends requests of clients that retry every error, and marks the errors that another
// attempt would get again.
type final struct{ http.Client }

func (f *final) Do(req *http.Request) (*http.Response, error) {
	resp, err := f.Client.Do(req) //nolint:gosec // the caller of azcore chose the URL
	if e, ok := errors.AsType[retry.RetryableError](err); ok && !e.Retryable() {
		return nil, &finalError{err}
	}
	return resp, err
}

// A finalError tells azcore's retry policy that its error is final.
type finalError struct{ error }

func (e *finalError) Unwrap() error { return e.error }

// NonRetriable is the mark for which azcore looks.
func (e *finalError) NonRetriable() {}
