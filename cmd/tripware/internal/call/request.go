package call

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/transport/redact"
)

// A request is what is sent to each URL.
type request struct {
	method  string
	urls    []*url.URL
	header  http.Header
	secrets map[string]redact.Secret // of headers that hold a credential, by name
	body    []byte                   // nil for none
}

// request reads the flags and the arguments.
func (k *caller) request(urls []string) (*request, error) {
	r := &request{method: strings.ToUpper(k.method), header: http.Header{}, secrets: map[string]redact.Secret{}}
	for _, text := range urls {
		u, err := parseURL(text)
		if err != nil {
			return nil, err
		}
		r.urls = append(r.urls, u)
	}
	for _, text := range k.headers {
		if err := k.addHeader(r, text); err != nil {
			return nil, err
		}
	}
	if k.retries < 0 {
		return nil, cli.Usagef("--retry must not be negative")
	}
	if err := k.readData(r); err != nil {
		return nil, err
	}
	if r.method == "" {
		r.method = http.MethodGet
		if r.body != nil {
			r.method = http.MethodPost
		}
	}
	if !validName(r.method) {
		return nil, cli.Usagef("--request %q is not a method such as GET or POST", k.method)
	}
	return r, nil
}

// parseURL reads a URL. The error does not show it, since it may hold a password.
func parseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, cli.Usagef("the URL is invalid: %w", problem(err))
	case u.User != nil:
		return nil, cli.Usagef("the URL has a user and password, which others can see: give them as in " +
			`-H 'Authorization: Basic $CREDENTIALS', in base64`)
	case u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return nil, cli.Usagef("the URL must begin with https:// or http:// and have a host")
	}
	return u, nil
}

func problem(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// readData reads the body.
func (k *caller) readData(r *request) (err error) {
	name, file := strings.CutPrefix(k.data, "@")
	switch {
	case k.data == "":
		return nil
	case file && name == "-":
		r.body, err = io.ReadAll(k.In)
	case file:
		if r.body, err = os.ReadFile(name); err != nil {
			err = cli.Usagef("%w", err)
		}
	default:
		r.body = []byte(k.data)
	}
	if r.body == nil {
		r.body = []byte{}
	}
	if r.header.Get("Content-Type") == "" {
		r.header.Set("Content-Type", "application/x-www-form-urlencoded")
		if json.Valid(r.body) {
			r.header.Set("Content-Type", "application/json")
		}
	}
	return err
}

// addHeader reads a header, or a file of headers.
func (k *caller) addHeader(r *request, text string) error {
	if name, ok := strings.CutPrefix(text, "@"); ok {
		content, err := os.ReadFile(name)
		if err != nil {
			return cli.Usagef("%w", err)
		}
		for line := range bytes.Lines(content) {
			line := strings.TrimSpace(string(line))
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			name, value, err := split(line)
			if err != nil {
				return fmt.Errorf("%w (in %s)", err, text[1:])
			}
			r.put(name, value)
		}
		return nil
	}
	name, value, err := split(text)
	if err != nil {
		return err
	}
	if secret(name) {
		expanded, err := k.expand(name, value)
		if err != nil {
			return err
		}
		value = expanded
	}
	r.put(name, value)
	return nil
}

func split(text string) (name, value string, err error) {
	name, value, ok := strings.Cut(text, ":")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if !ok || !validName(name) {
		return "", "", cli.Usagef("a header is not 'NAME: VALUE'") // it may be a credential
	}
	return name, value, nil
}

func secret(name string) bool { return redact.CredentialHeader(name) || redact.SecretName(name) }

// expand returns a value with the environment variables that it names. A value that names
// none is a credential in an argument, and is refused.
func (k *caller) expand(name, value string) (string, error) {
	var missing []string
	named := false
	expanded := os.Expand(value, func(variable string) string {
		named = true
		found := k.Getenv(variable)
		if found == "" {
			missing = append(missing, variable)
		}
		return found
	})
	switch {
	case !named:
		return "", cli.Usagef("the value of %s is in an argument, which others can see: write -H '%s: … $NAME' in single "+
			"quotes, where NAME is an environment variable, or -H @FILE", name, name)
	case len(missing) > 0:
		return "", cli.Usagef("the header %s needs the environment variable %s, which is not set", name, missing[0])
	}
	return expanded, nil
}

func (r *request) put(name, value string) {
	if secret(name) {
		r.secrets[http.CanonicalHeaderKey(name)] = redact.NewSecret(value)
		return
	}
	r.header.Add(name, value)
}

// credentials returns the options that send each credential to the hosts of the URLs only.
func (r *request) credentials() (opts []tripware.Option) {
	seen := map[string]bool{}
	for _, u := range r.urls {
		origin := u.Scheme + "://" + u.Host
		if seen[origin] {
			continue
		}
		seen[origin] = true
		for _, name := range slices.Sorted(maps.Keys(r.secrets)) {
			opts = append(opts, tripware.WithAuth(origin, auth.Header(name, r.secrets[name])))
		}
	}
	return opts
}

// shown returns the names of the headers whose values the curl command and the archive have.
func (r *request) shown() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(r.header)), secret)
}

func (r *request) build(ctx context.Context, u *url.URL) (*http.Request, error) {
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, u.String(), body)
	if err != nil {
		return nil, err
	}
	maps.Copy(req.Header, r.header)
	if host := req.Header.Get("Host"); host != "" {
		req.Host = host
	}
	return req, nil
}

// validName reports whether a name consists of the characters of a method or a header.
func validName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r > '~' || r <= ' ' || strings.ContainsRune(`()<>@,;:\"/[]?={}`, r)
	})
}

// rate reads a rate such as 10/s, 600/m or 3600/h, and returns it for a second.
func rate(text string) (float64, error) {
	number, unit, _ := strings.Cut(text, "/")
	n, err := strconv.ParseFloat(number, 64)
	per := map[string]time.Duration{"": time.Second, "s": time.Second, "m": time.Minute, "h": time.Hour}[unit]
	if err != nil || !(n > 0) || n > 1e9 || per == 0 {
		return 0, fmt.Errorf("--limit %q is not a rate such as 10/s, 600/m or 3600/h", text)
	}
	return n / per.Seconds(), nil
}
