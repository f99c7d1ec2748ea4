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

// A Proxy says how to dial out; see [WithProxy]. Hosts in NoProxy are reached
// directly and all others, loopback included, through the proxy.
//
// A Proxy does not print its password nor its CONNECT headers, through any verb
// of fmt, slog or encoding/json. Only where fmt can call no method, in an
// unexported field of another struct, it shows ConnectHeader: a token is better
// computed. A Proxy may be copied.
type Proxy struct {
	// Protocol is http, https (the proxy itself is reached over TLS), socks5 or
	// socks5h, in any case. With both of the last the proxy resolves names
	// (RFC 1928), as net/http always does it.
	Protocol string `json:"protocol"`
	// Host is a name or an IP address, without scheme or port.
	Host string `json:"host"`
	// Port is 1 to 65535; 0 means the protocol's own: 80, 443, 1080.
	Port int `json:"port,omitzero"`
	// Username and Password are sent as Basic credentials (RFC 7617), or to a
	// socks proxy by RFC 1929. They may hold any characters but NUL, CR and LF, for
	// socks up to 255 bytes each, and for http no colon in the name. An empty
	// Username means that none are sent.
	Username string        `json:"username,omitzero"`
	Password redact.Secret `json:"password,omitzero"`
	// NoProxy lists the hosts to reach directly: "*" for all; "example.com" for it
	// and its subdomains; ".example.com" or "*.example.com" for the subdomains
	// alone; an IP address; a CIDR block. All but "*" and blocks may end with a
	// port. Case does not matter, and no name is resolved: an address matches only
	// where a request names an address. A name outside ASCII matches only where the
	// request writes it in the same form.
	NoProxy []string `json:"noProxy,omitzero"`
	// ConnectHeader is sent with each CONNECT, which opens a tunnel to an https
	// host; requests to http hosts do not have it. A Proxy-Authorization in it is
	// refused beside a Username.
	ConnectHeader http.Header `json:"-"`
	// ConnectHeaderFunc computes headers for a CONNECT to target (host:port); they
	// are sent beside ConnectHeader and win over a name in both. proxyURL comes
	// without its credentials. An error, or a header that could not be sent, fails
	// the request. It must be safe for concurrent use.
	ConnectHeaderFunc func(ctx context.Context, proxyURL *url.URL, target string) (http.Header, error) `json:"-"`
}

// ProxyFromURL reads a proxy from a URL such as
// "http://user:p%40ss@proxy.example.com:3128"; reserved characters in its
// credentials are percent-encoded. A URL without scheme, or with blanks, a path,
// query or fragment is refused, as is what Validate refuses. No error shows the URL,
// but for a host and port whose scheme is missing.
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
		return Proxy{}, errors.New("it has a blank or line end in it: percent-encode one that belongs to a password, and remove any other")
	}
	u, err := url.Parse(raw)
	if err != nil {
		// What url.Parse says quotes the URL, or a piece of the password.
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
			return Proxy{}, errors.New("port is not within 1 to 65535")
		}
	}
	if u.User != nil {
		password, _ := u.User.Password()
		p.Username, p.Password = u.User.Username(), redact.NewSecret(password)
	}
	return p, errors.Join(p.faults()...)
}

// Validate reports everything that is wrong with p in one error, without a
// value that could be a credential.
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
		fault("port %d is not within 1 to 65535", p.Port)
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
		faults = append(faults, errors.New("username has a colon, where the password would begin"))
	}
	for _, part := range []struct{ name, text string }{{"username", p.Username}, {"password", p.Password.Reveal()}} {
		if strings.ContainsAny(part.text, "\x00\r\n") {
			faults = append(faults, fmt.Errorf("%s has a NUL, CR or LF", part.name))
		}
		if socks && len(part.text) > 255 {
			faults = append(faults, fmt.Errorf("%s is longer than the 255 bytes of socks5", part.name))
		}
	}
	return faults
}

// checkHost says what keeps host from being one. It does not quote it: who
// puts a whole URL there puts a password there.
func checkHost(host string) error {
	if _, err := netip.ParseAddr(unbracket(host)); err == nil {
		return nil
	}
	switch {
	case host == "":
		return errors.New("is empty")
	case strings.Contains(host, "://"):
		return errors.New("has a scheme in it: write the name alone")
	case strings.Contains(host, ":"):
		return errors.New("has a colon in it: write it without a port")
	case strings.Contains(host, "*"):
		return errors.New("has a * in it: it must be one host")
	case strings.ContainsFunc(host, notHost):
		return errors.New("has characters that no host name has")
	}
	return nil
}

func notHost(r rune) bool {
	return !unicode.IsGraphic(r) || unicode.IsSpace(r) || r == utf8.RuneError || strings.ContainsRune("/\\?#@[]%<>\"^|{}`*", r)
}

// unbracket takes the brackets off an IPv6 address.
func unbracket(host string) string {
	if inner, ok := strings.CutPrefix(host, "["); ok && strings.HasSuffix(inner, "]") && strings.Contains(inner, ":") {
		return strings.TrimSuffix(inner, "]")
	}
	return host
}

// address returns host:port, with the protocol's own port if none is set.
func (p Proxy) address() string {
	port := cmp.Or(p.Port, proxy.DefaultPort(strings.ToLower(p.Protocol)))
	return net.JoinHostPort(unbracket(p.Host), strconv.Itoa(port))
}

// URL returns the proxy as net/http takes it, always with a port. It carries the
// password: print it by its Redacted method. The error is that of Validate.
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

// String returns the proxy as a URL with *** for the password. A protocol or host
// that cannot be one shows as "invalid": a whole URL may have been put there.
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

// LogValue gives slog what String returns.
func (p Proxy) LogValue() slog.Value { return slog.StringValue(p.String()) }

// headerFaults finds what net/http would drop or overwrite in silence.
func (p Proxy) headerFaults(given http.Header) (faults []error) {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		switch canonical := http.CanonicalHeaderKey(name); {
		case !header.ValidName(name):
			faults = append(faults, errors.New("a CONNECT header has an invalid name"))
		case canonical == "Proxy-Authorization" && p.Username != "":
			faults = append(faults, errors.New("CONNECT header Proxy-Authorization is set beside a username: leave one of them out"))
		case canonical == "Host", canonical == "Content-Length", canonical == "Transfer-Encoding", canonical == "Trailer":
			faults = append(faults, fmt.Errorf("CONNECT header %s cannot be set", canonical))
		case !header.ValidValues(given[name]):
			faults = append(faults, fmt.Errorf("CONNECT header %s has a control character", name))
		}
	}
	return faults
}

// connectHeader joins the fixed headers with the computed ones.
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
