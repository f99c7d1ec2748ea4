package network

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/tripware/tripware/internal/mistake"
	"github.com/tripware/tripware/internal/proxy"
)

// WithProxy dials out through p, replacing the proxy and the CONNECT headers of
// a cloned transport. A p that Validate refuses is refused here.
func WithProxy(p Proxy) Option {
	return func(c *config) {
		if faults := p.faults(); len(faults) > 0 {
			for _, err := range faults {
				c.fault("proxy: %w", err)
			}
			return
		}
		p := p // the option may be used for several transports at once
		p.ConnectHeader = p.ConnectHeader.Clone()
		c.setProxy(p.route())
		c.secureProxy = strings.EqualFold(p.Protocol, "https")
		c.transport.ProxyConnectHeader = p.ConnectHeader
		if p.ConnectHeaderFunc != nil {
			c.transport.GetProxyConnectHeader = p.connectHeader
		}
	}
}

// WithProxyFromEnvironment dials out as [ProxyFromEnvironment] says, which is
// the default of New. The environment is read when the transport is built.
func WithProxyFromEnvironment() Option {
	return func(c *config) {
		route, secure, err := fromEnvironment()
		if err != nil {
			c.fault("proxy from environment: %w", err)
			return
		}
		c.setProxy(route)
		c.secureProxy = secure
	}
}

// WithoutProxy reaches every host directly, whatever the environment says.
func WithoutProxy() Option { return func(c *config) { c.setProxy(nil) } }

// setProxy also drops the CONNECT headers: they were meant for another proxy.
func (c *config) setProxy(route routeFunc) {
	c.proxied, c.secureProxy = true, false
	c.transport.Proxy = route
	c.transport.ProxyConnectHeader, c.transport.GetProxyConnectHeader = nil, nil
}

// A routeFunc chooses a request's proxy; nil means none.
type routeFunc = func(*http.Request) (*url.URL, error)

// route returns the choice between p and a direct connection. p is valid.
func (p Proxy) route() routeFunc {
	via, direct := p.url(), parseRules(p.NoProxy)
	return func(req *http.Request) (*url.URL, error) {
		if direct.match(req.URL) {
			return nil, nil
		}
		return via, nil
	}
}

// ProxyFromEnvironment returns a function for [http.Transport]'s Proxy that
// follows HTTP_PROXY, HTTPS_PROXY and NO_PROXY, or their lower-case forms, as
// [http.ProxyFromEnvironment] does: the first serves http hosts and the second
// https hosts, "host:port" is an http proxy, localhost and loopback addresses
// are always reached directly, and in a CGI program, where REQUEST_METHOD is
// set, a client could set HTTP_PROXY and requests that need it fail.
//
// It differs in four ways. Blanks and line ends around a value are dropped, as a
// value that was read from a file may have them. The environment is read by each call of
// ProxyFromEnvironment, not once per process. A proxy that cannot be used is an
// error here, naming the variable and not its value, where net/http would go
// without one. NO_PROXY may be divided by blanks as well as commas; what is no
// pattern of [Proxy]'s NoProxy is passed over, since the variable is shared with
// programs that have forms of their own.
func ProxyFromEnvironment() (func(*http.Request) (*url.URL, error), error) {
	route, _, err := fromEnvironment()
	if err != nil {
		return nil, fmt.Errorf("network: read proxy from environment: %w", err)
	}
	return route, nil
}

// fromEnvironment also says whether a proxy is itself reached over TLS.
func fromEnvironment() (route routeFunc, overTLS bool, err error) {
	plain, errPlain := environURL("HTTP_PROXY", "http_proxy")
	secure, errSecure := environURL("HTTPS_PROXY", "https_proxy")
	if err := errors.Join(errPlain, errSecure); err != nil {
		return nil, false, err
	}
	_, list := environ("NO_PROXY", "no_proxy")
	direct := parseRules(strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' }))
	cgi := os.Getenv("REQUEST_METHOD") != ""
	for _, u := range []*url.URL{plain, secure} {
		overTLS = overTLS || u != nil && u.Scheme == "https"
	}
	route = func(req *http.Request) (*url.URL, error) {
		via := plain
		if req.URL.Scheme == "https" {
			via = secure
		}
		switch {
		case via == nil:
			return nil, nil
		case cgi && req.URL.Scheme == "http":
			return nil, errors.New("network: choose proxy: HTTP_PROXY is ignored in a CGI program, where a client can set it")
		case mistake.Loopback(req.URL.Hostname()), direct.match(req.URL):
			return nil, nil
		}
		return via, nil
	}
	return route, overTLS, nil
}

// environ returns the first of the variables that is set, and its name. Blanks
// and line ends around a value are dropped: it often comes from a file.
func environ(names ...string) (name, value string) {
	for _, name := range names {
		if value := strings.TrimSpace(os.Getenv(name)); value != "" {
			return name, value
		}
	}
	return "", ""
}

func environURL(names ...string) (*url.URL, error) {
	name, raw := environ(names...)
	if raw == "" {
		return nil, nil
	}
	if !strings.Contains(raw, "://") {
		raw = "http://" + raw
	}
	p, err := parseProxy(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p.url(), nil
}

// A rule is one pattern of NO_PROXY: everything, a block of addresses, or
// a domain; an empty port matches all.
type rule struct {
	all    bool
	block  netip.Prefix
	domain string // begins with a dot
	itself bool   // the domain without the dot matches too
	port   string
}

type rules []rule

// parseRules passes over what is no pattern.
func parseRules(patterns []string) (parsed rules) {
	for _, pattern := range patterns {
		if r, err := parseRule(pattern); err == nil {
			parsed = append(parsed, r)
		}
	}
	return parsed
}

func parseRule(pattern string) (rule, error) {
	pattern = strings.ToLower(strings.TrimSpace(pattern))
	if pattern == "*" {
		return rule{all: true}, nil
	}
	if block, err := netip.ParsePrefix(pattern); err == nil {
		if block.Addr().Is4In6() && block.Bits() >= 96 {
			block = netip.PrefixFrom(block.Addr().Unmap(), block.Bits()-96)
		}
		return rule{block: block}, nil
	}
	if strings.Contains(pattern, "://") {
		return rule{}, errors.New("has a scheme in it: write the host alone")
	}
	host, port := pattern, ""
	if _, err := netip.ParseAddr(pattern); err != nil {
		if h, p, err := net.SplitHostPort(pattern); err == nil {
			host, port = h, p
			if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
				return rule{}, errors.New("has a port that is not within 1 to 65535")
			}
		}
	}
	if addr, err := netip.ParseAddr(unbracket(host)); err == nil {
		addr = addr.Unmap().WithZone("")
		return rule{block: netip.PrefixFrom(addr, addr.BitLen()), port: port}, nil
	}
	domain := strings.TrimSuffix(strings.TrimPrefix(host, "*"), ".")
	if domain != host && !strings.HasPrefix(domain, ".") && strings.HasPrefix(host, "*") || strings.Contains(domain, "*") {
		return rule{}, errors.New("has a * that is neither alone nor before a dot")
	}
	bare := strings.TrimPrefix(domain, ".")
	if err := checkHost(bare); err != nil {
		return rule{}, err
	}
	return rule{domain: "." + bare, itself: bare == domain, port: port}, nil
}

// match reports whether u is to be reached directly.
func (r rules) match(u *url.URL) bool {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	port := u.Port()
	if port == "" {
		port = strconv.Itoa(proxy.DefaultPort(u.Scheme))
	}
	addr, _ := netip.ParseAddr(host)
	addr = addr.Unmap().WithZone("")
	return slices.ContainsFunc(r, func(one rule) bool {
		return one.all || (one.port == "" || one.port == port) && one.hit(host, addr)
	})
}

func (r rule) hit(host string, addr netip.Addr) bool {
	if r.block.IsValid() || addr.IsValid() {
		return r.block.Contains(addr)
	}
	return strings.HasSuffix(host, r.domain) || r.itself && host == r.domain[1:]
}
