// Proxy sends a request through an HTTP proxy that requires a password. A wrong
// password leads to an error that names the proxy but not the password.
package main

import (
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport/network"
	"github.com/tripware/tripware/transport/redact"
)

func main() {
	api := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "hello through the proxy")
	}))
	defer api.Close()
	office := httptest.NewServer(gateway("ada", "p@ss:word/1"))
	defer office.Close()
	at, err := url.Parse(office.URL)
	if err != nil {
		panic(err)
	}
	port, err := strconv.Atoi(at.Port())
	if err != nil {
		panic(err)
	}
	proxy := network.Proxy{
		Protocol: "http", Host: at.Hostname(), Port: port,
		Username: "ada", Password: redact.NewSecret("p@ss:word/1"),
		ConnectHeader: http.Header{"X-Department": {"storage"}},
	}
	get(api, proxy)

	proxy.Password = redact.NewSecret("a guess")
	get(api, proxy)

	_, err = tripware.New(tripware.WithProxy(network.Proxy{Protocol: "ftp", Port: 99999, Password: redact.NewSecret("x")}))
	fmt.Println(err)
}

// get requests api through the proxy. It trusts the server's certificate explicitly,
// instead of switching verification off.
func get(api *httptest.Server, proxy network.Proxy) {
	roots := x509.NewCertPool()
	roots.AddCert(api.Certificate())
	client, err := tripware.New(
		tripware.WithConnection(network.WithProxy(proxy), network.WithRootCAs(roots)),
		tripware.WithRetry(retry.Off()),
	)
	if err != nil {
		panic(err)
	}
	defer client.CloseIdleConnections()
	resp, err := client.Get(api.URL)
	if refused, ok := errors.AsType[*network.ProxyError](err); ok {
		fmt.Println("the proxy refused:", refused.Status, http.StatusText(refused.Status))
		return
	}
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}

// gateway is a small CONNECT proxy with basic authentication.
func gateway(user, password string) http.HandlerFunc {
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Proxy-Authorization") != want {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		fmt.Println("proxy: CONNECT for", r.Header.Get("X-Department"))
		upstream, err := new(net.Dialer).DialContext(r.Context(), "tcp", r.Host)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		w.WriteHeader(http.StatusOK)
		conn, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			_ = upstream.Close()
			return
		}
		defer conn.Close()
		defer upstream.Close()
		var both sync.WaitGroup
		both.Go(func() { pass(upstream, buffered) })
		both.Go(func() { pass(conn, upstream) })
		both.Wait()
	}
}

// pass copies until from ends, and then closes only the sending side of to, so that
// data from there is not cut off.
func pass(to net.Conn, from io.Reader) {
	_, _ = io.Copy(to, from)
	if half, ok := to.(*net.TCPConn); ok {
		_ = half.CloseWrite()
	}
}
