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

// WithProxy sends requests through p. It replaces the proxy and the CONNECT headers of a
// cloned transport. It is an error if p.Validate returns one.
func WithProxy(p Proxy) Option {
	return func(c *config) {
		if faults := p.faults(); len(faults) > 0 {
			for _, err := range faults {
				c.fault("proxy: %w", err)
			}
			return
		}
		p := p // the option may be used for several transports
		p.ConnectHeader = p.ConnectHeader.Clone()
		c.setProxy(p.route())
		c.secureProxy = strings.EqualFold(p.Protocol, "https")
		c.transport.ProxyConnectHeader = p.ConnectHeader
		if p.ConnectHeaderFunc != nil {
			c.transport.GetProxyConnectHeader = p.connectHeader
		}
	}
}

// WithProxyFromEnvironment chooses the proxy as [ProxyFromEnvironment] does, which is the
// default of [New]. The environment is read when the transport is built.
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

// WithoutProxy reaches every host directly, regardless of the environment.
func WithoutProxy() Option { return func(c *config) { c.setProxy(nil) } }

// setProxy also removes the CONNECT headers, which were meant for another proxy.
func (c *config) setProxy(route routeFunc) {
	c.proxied, c.secureProxy = true, false
	c.transport.Proxy = route
	c.transport.ProxyConnectHeader, c.transport.GetProxyConnectHeader = nil, nil
}

// A routeFunc returns the proxy for a request, or nil for none.
type routeFunc = func(*http.Request) (*url.URL, error)

// route returns a function that chooses p or a direct connection. p must be valid.
func (p Proxy) route() routeFunc {
	via, direct := p.url(), parseRules(p.NoProxy)
	return func(req *http.Request) (*url.URL, error) {
		if direct.match(req.URL) {
			return nil, nil
		}
		return via, nil
	}
}

// ProxyFromEnvironment returns a function for the Proxy field of [http.Transport] that
// uses HTTP_PROXY, HTTPS_PROXY and NO_PROXY, or their lower-case forms, like
// [http.ProxyFromEnvironment]: HTTP_PROXY is for http hosts and HTTPS_PROXY for https
// hosts, "host:port" means an http proxy, and localhost and loopback addresses are always
// reached directly. In a CGI program, where REQUEST_METHOD is set and a client could set
// HTTP_PROXY, requests that need it fail.
//
// It differs from net/http in four ways:
//
//   - Each call of ProxyFromEnvironment reads the environment.
//   - An invalid proxy is an error, which names the variable but not its value;
//     net/http would use no proxy.
//   - Spaces and line ends around a value are ignored.
//   - NO_PROXY may be separated by spaces as well as commas. Entries that are not valid
//     in NoProxy of [Proxy] are ignored, since other programs read the variable too.
func ProxyFromEnvironment() (func(*http.Request) (*url.URL, error), error) {
	route, _, err := fromEnvironment()
	if err != nil {
		return nil, fmt.Errorf("network: read proxy from environment: %w", err)
	}
	return route, nil
}

// fromEnvironment also reports whether the connection to a proxy uses TLS.
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

// environ returns the name and value of the first variable that is set. It trims the
// value, which is often read from a file.
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

// A rule is one pattern of NO_PROXY: everything, a block of addresses, or a domain. An
// empty port matches all ports.
type rule struct {
	all    bool
	block  netip.Prefix
	domain string // begins with a dot
	itself bool   // the domain itself matches too
	port   string
}

type rules []rule

// parseRules parses patterns and ignores invalid ones.
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
		return rule{}, errors.New("contains a scheme: write only the host")
	}
	host, port := pattern, ""
	if _, err := netip.ParseAddr(pattern); err != nil {
		if h, p, err := net.SplitHostPort(pattern); err == nil {
			host, port = h, p
			if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
				return rule{}, errors.New("has a port that is not in the range 1 to 65535")
			}
		}
	}
	if addr, err := netip.ParseAddr(unbracket(host)); err == nil {
		addr = addr.Unmap().WithZone("")
		return rule{block: netip.PrefixFrom(addr, addr.BitLen()), port: port}, nil
	}
	domain := strings.TrimSuffix(strings.TrimPrefix(host, "*"), ".")
	if domain != host && !strings.HasPrefix(domain, ".") && strings.HasPrefix(host, "*") || strings.Contains(domain, "*") {
		return rule{}, errors.New("contains a * that is neither alone nor before a dot")
	}
	bare := strings.TrimPrefix(domain, ".")
	if err := checkHost(bare); err != nil {
		return rule{}, err
	}
	return rule{domain: "." + bare, itself: bare == domain, port: port}, nil
}

// match reports whether u is reached directly.
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
