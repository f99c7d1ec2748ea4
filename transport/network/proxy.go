package network

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tripware/tripware/internal/header"
	"github.com/tripware/tripware/internal/mistake"
	"github.com/tripware/tripware/internal/proxy"
	"github.com/tripware/tripware/transport/redact"
)

// A Proxy describes a proxy; pass it to [WithProxy]. Hosts in NoProxy are reached
// directly, and all others, including loopback, through the proxy.
//
// fmt (with every verb), slog and encoding/json print a Proxy without its password and
// CONNECT headers. There is one exception: in an unexported field of another struct, fmt
// prints ConnectHeader, so use ConnectHeaderFunc for a token. A Proxy may be copied.
type Proxy struct {
	// Protocol is http, https (the connection to the proxy uses TLS), socks5 or
	// socks5h, in upper or lower case. With socks5 and socks5h the proxy resolves
	// host names (RFC 1928), as always with net/http.
	Protocol string `json:"protocol"`
	// Host is a name or an IP address, without scheme or port.
	Host string `json:"host"`
	// Port is 1 to 65535, or 0 for the protocol's default: 80, 443 or 1080.
	Port int `json:"port,omitzero"`
	// Username and Password are sent as Basic credentials (RFC 7617), or to a SOCKS
	// proxy as in RFC 1929. They may contain any characters except NUL, CR and LF. For
	// SOCKS each is limited to 255 bytes; for HTTP the username must not have a colon.
	// An empty Username means that no credentials are sent.
	Username string        `json:"username,omitzero"`
	Password redact.Secret `json:"password,omitzero"`
	// NoProxy lists the hosts to reach directly: "*" for all; "example.com" for that
	// host and its subdomains; ".example.com" or "*.example.com" for the subdomains
	// only; an IP address; or a CIDR block. All except "*" and blocks may end with a
	// port. Case is ignored. Names are not resolved: an address matches only a request
	// whose URL has an address. A non-ASCII name matches only if the request's URL has
	// it in the same form.
	NoProxy []string `json:"noProxy,omitzero"`
	// ConnectHeader is sent with each CONNECT request, which opens a tunnel to an https
	// host. It is not sent with requests to http hosts. It must not contain
	// Proxy-Authorization if Username is set.
	ConnectHeader http.Header `json:"-"`
	// ConnectHeaderFunc returns headers for a CONNECT to target (host:port). They are
	// sent in addition to ConnectHeader, and replace headers of the same name. proxyURL
	// has no credentials. If the function returns an error or an invalid header, the
	// request fails. It must be safe for concurrent use.
	ConnectHeaderFunc func(ctx context.Context, proxyURL *url.URL, target string) (http.Header, error) `json:"-"`
}

// ProxyFromURL parses a proxy URL such as
// "http://user:p%40ss@proxy.example.com:3128". Reserved characters in the credentials
// must be percent-encoded. It returns an error if the URL has no scheme, has spaces, a
// path, a query or a fragment, or if Validate fails. The error does not contain the URL,
// except for a host and port without a scheme.
func ProxyFromURL(raw string) (Proxy, error) {
	p, err := parseProxy(raw)
	if err != nil {
		return Proxy{}, fmt.Errorf("network: parse proxy URL: %w", err)
	}
	return p, nil
}

func parseProxy(raw string) (Proxy, error) {
	if full := mistake.WithScheme(raw, "http"); full != "" {
		return Proxy{}, fmt.Errorf("it has no scheme: write %s", full)
	}
	if strings.ContainsFunc(raw, unicode.IsSpace) {
		return Proxy{}, errors.New("it contains a space or line end: percent-encode it if it belongs to a password, else remove it")
	}
	u, err := url.Parse(raw)
	if err != nil {
		// The error of url.Parse quotes the URL or a part of the password.
		return Proxy{}, errors.New("it is malformed: percent-encode reserved characters in user and password")
	}
	if u.Scheme == "" || u.Opaque != "" || u.Host == "" {
		return Proxy{}, errors.New("it is not of the form protocol://host:port")
	}
	if strings.TrimPrefix(u.Path, "/") != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return Proxy{}, errors.New("it has a path, query or fragment: end it after the port")
	}
	p := Proxy{Protocol: u.Scheme, Host: u.Hostname()}
	if port := u.Port(); port != "" {
		if p.Port, err = strconv.Atoi(port); err != nil || p.Port == 0 {
			return Proxy{}, errors.New("port is not in the range 1 to 65535")
		}
	}
	if u.User != nil {
		password, _ := u.User.Password()
		p.Username, p.Password = u.User.Username(), redact.NewSecret(password)
	}
	return p, errors.Join(p.faults()...)
}

// Validate returns one error that lists everything that is invalid in p. The error does
// not contain values that could be credentials.
func (p Proxy) Validate() error {
	if err := errors.Join(p.faults()...); err != nil {
		return fmt.Errorf("network: check proxy: %w", err)
	}
	return nil
}

func (p Proxy) faults() (faults []error) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	protocol := strings.ToLower(p.Protocol)
	if proxy.DefaultPort(protocol) == 0 {
		fault("protocol is not one of http, https, socks5, socks5h")
	}
	if err := checkHost(p.Host); err != nil {
		fault("host %w", err)
	}
	if p.Port < 0 || p.Port > 65535 {
		fault("port %d is not in the range 1 to 65535", p.Port)
	}
	socks := strings.HasPrefix(protocol, "socks")
	faults = append(faults, p.credentialFaults(socks)...)
	for i, pattern := range p.NoProxy {
		if _, err := parseRule(pattern); err != nil {
			fault("no-proxy pattern %d %w", i+1, err)
		}
	}
	if socks && (len(p.ConnectHeader) > 0 || p.ConnectHeaderFunc != nil) {
		fault("CONNECT headers are never sent to a socks proxy")
	}
	return append(faults, p.headerFaults(p.ConnectHeader)...)
}

func (p Proxy) credentialFaults(socks bool) (faults []error) {
	if p.Username == "" && !p.Password.IsZero() {
		faults = append(faults, errors.New("password without username"))
	}
	if !socks && strings.Contains(p.Username, ":") {
		faults = append(faults, errors.New("username contains a colon"))
	}
	for _, part := range []struct{ name, text string }{{"username", p.Username}, {"password", p.Password.Reveal()}} {
		if strings.ContainsAny(part.text, "\x00\r\n") {
			faults = append(faults, fmt.Errorf("%s contains NUL, CR or LF", part.name))
		}
		if socks && len(part.text) > 255 {
			faults = append(faults, fmt.Errorf("%s is longer than 255 bytes, the limit of socks5", part.name))
		}
	}
	return faults
}

// checkHost returns an error if host is not a valid host. The error does not quote it,
// since it may be a whole URL with a password.
func checkHost(host string) error {
	if _, err := netip.ParseAddr(unbracket(host)); err == nil {
		return nil
	}
	switch {
	case host == "":
		return errors.New("is empty")
	case strings.Contains(host, "://"):
		return errors.New("contains a scheme: write only the name")
	case strings.Contains(host, ":"):
		return errors.New("contains a colon: write it without a port")
	case strings.Contains(host, "*"):
		return errors.New("contains a *: it must be a single host")
	case strings.ContainsFunc(host, notHost):
		return errors.New("contains invalid characters")
	}
	return nil
}

func notHost(r rune) bool {
	return !unicode.IsGraphic(r) || unicode.IsSpace(r) || r == utf8.RuneError || strings.ContainsRune("/\\?#@[]%<>\"^|{}`*", r)
}

// unbracket removes the brackets around an IPv6 address.
func unbracket(host string) string {
	if inner, ok := strings.CutPrefix(host, "["); ok && strings.HasSuffix(inner, "]") && strings.Contains(inner, ":") {
		return strings.TrimSuffix(inner, "]")
	}
	return host
}

// address returns host:port, with the protocol's default port if none is set.
func (p Proxy) address() string {
	port := cmp.Or(p.Port, proxy.DefaultPort(strings.ToLower(p.Protocol)))
	return net.JoinHostPort(unbracket(p.Host), strconv.Itoa(port))
}

// URL returns the proxy as a URL for net/http, always with a port. The URL contains the
// password: to print it, use its Redacted method. URL returns an error if Validate does.
func (p Proxy) URL() (*url.URL, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return p.url(), nil
}

func (p Proxy) url() *url.URL {
	u := &url.URL{Scheme: strings.ToLower(p.Protocol), Host: p.address()}
	if p.Username != "" {
		u.User = url.UserPassword(p.Username, p.Password.Reveal())
	}
	return u
}

// String returns the proxy as a URL with *** instead of the password. An invalid protocol
// or host is shown as "invalid", since it may be a whole URL with a password.
func (p Proxy) String() string {
	protocol := strings.ToLower(p.Protocol)
	if proxy.DefaultPort(protocol) == 0 {
		protocol = "invalid"
	}
	if checkHost(p.Host) != nil {
		p.Host = "invalid"
	}
	s := protocol + "://"
	if p.Username != "" {
		s += url.User(p.Username).String()
		if !p.Password.IsZero() {
			s += ":" + redact.Mask
		}
		s += "@"
	}
	return s + p.address()
}

// GoString returns what String does.
func (p Proxy) GoString() string { return p.String() }

// Format writes what String returns, whatever the verb and its flags.
func (p Proxy) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue returns what String does as a [slog.Value].
func (p Proxy) LogValue() slog.Value { return slog.StringValue(p.String()) }

// headerFaults returns errors for headers that net/http would silently drop or overwrite.
func (p Proxy) headerFaults(given http.Header) (faults []error) {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		switch canonical := http.CanonicalHeaderKey(name); {
		case !header.ValidName(name):
			faults = append(faults, errors.New("a CONNECT header has an invalid name"))
		case canonical == "Proxy-Authorization" && p.Username != "":
			faults = append(faults, errors.New("CONNECT header Proxy-Authorization and a username are both set: remove one of them"))
		case canonical == "Host", canonical == "Content-Length", canonical == "Transfer-Encoding", canonical == "Trailer":
			faults = append(faults, fmt.Errorf("CONNECT header %s cannot be set", canonical))
		case !header.ValidValues(given[name]):
			faults = append(faults, fmt.Errorf("CONNECT header %s contains a control character", name))
		}
	}
	return faults
}

// connectHeader merges the fixed headers with the computed ones.
func (p Proxy) connectHeader(ctx context.Context, proxyURL *url.URL, target string) (http.Header, error) {
	bare := *proxyURL
	bare.User = nil
	computed, err := p.ConnectHeaderFunc(ctx, &bare, target)
	if err == nil {
		err = errors.Join(p.headerFaults(computed)...)
	}
	if err != nil {
		return nil, fmt.Errorf("network: compute CONNECT headers: %w", err)
	}
	joined := make(http.Header, len(p.ConnectHeader)+len(computed))
	for _, from := range []http.Header{p.ConnectHeader, computed} {
		for name, values := range from {
			joined[http.CanonicalHeaderKey(name)] = values
		}
	}
	return joined, nil
}
