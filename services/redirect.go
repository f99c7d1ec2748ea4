package services

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/tripware/tripware/transport/redact"
)

// maxRedirects is how many redirects one call follows, as net/http does.
const maxRedirects = 10

// A RedirectError says that a server sent a call elsewhere and the call did not
// follow: the payload is as private as the key. It Is [ErrRedirect].
type RedirectError struct {
	To      string // where to, with secrets masked
	Problem string // why not
}

// Error says where to and why not.
func (e *RedirectError) Error() string { return "services: " + e.text() }

func (e *RedirectError) text() string { return "follow redirect to " + e.To + ": " + e.Problem }

// Is reports whether target is [ErrRedirect].
func (e *RedirectError) Is(target error) bool { return target == ErrRedirect }

// checkRedirect refuses what leaves the origin, and what would make another
// request of it: after a 301 or 302, net/http turns a POST into a GET.
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
