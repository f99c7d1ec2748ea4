package services

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/tripware/tripware/transport/redact"
)

// maxRedirects is how many redirects a call follows, as in net/http.
const maxRedirects = 10

// A RedirectError reports a redirect that a call did not follow, because the request's body
// is as private as its credentials. errors.Is matches [ErrRedirect].
type RedirectError struct {
	To      string // the URL that the server redirected to, with secrets masked
	Problem string // why the call did not follow it
}

// Error returns the URL and the problem.
func (e *RedirectError) Error() string { return "services: " + e.text() }

func (e *RedirectError) text() string { return "follow redirect to " + e.To + ": " + e.Problem }

// Is reports whether target is [ErrRedirect].
func (e *RedirectError) Is(target error) bool { return target == ErrRedirect }

// checkRedirect returns a CheckRedirect that refuses redirects to another origin, and those
// that change the method: after a 301 or 302, net/http would send a GET instead of a POST.
// It calls next for all others, unless next is nil.
func checkRedirect(base *url.URL, next func(*http.Request, []*http.Request) error) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		refuse := func(problem string) error {
			return &RedirectError{To: redact.URL(req.URL), Problem: problem}
		}
		switch {
		case !sameOrigin(base, req.URL):
			return refuse("it leads to another origin")
		case req.Method != via[0].Method:
			return refuse("it would turn " + via[0].Method + " into " + req.Method)
		case next != nil:
			return next(req, via)
		case len(via) >= maxRedirects:
			return refuse(fmt.Sprintf("stopped after %d redirects", maxRedirects))
		}
		return nil
	}
}

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && portOf(a) == portOf(b)
}

func portOf(u *url.URL) string {
	switch port := u.Port(); {
	case port != "":
		return port
	case u.Scheme == "https":
		return "443"
	default:
		return "80"
	}
}
