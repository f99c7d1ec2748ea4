package network_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/tripware/tripware/transport/network"
	"github.com/tripware/tripware/transport/redact"
)

func ExampleNew() {
	base, err := network.New(
		network.WithConcurrency(128),
		network.WithDialTimeout(3*time.Second),
		network.WithoutProxy(),
	)
	if err != nil {
		panic(err)
	}
	fmt.Println(base.MaxIdleConnsPerHost, base.IdleConnTimeout)

	_, err = network.New(network.WithIdleConnTimeout(-time.Second), network.WithConcurrency(0))
	fmt.Println(err)
	// Output:
	// 256 1m30s
	// network: build base: idle connection timeout -1s is too small: the minimum is 0s
	// concurrency 0 is too small: the minimum is 1
}

func ExampleClone() {
	own := &http.Transport{MaxConnsPerHost: 8, IdleConnTimeout: time.Minute}
	base, err := network.Clone(own, network.WithIdleConnTimeout(10*time.Second))
	if err != nil {
		panic(err)
	}
	fmt.Println(base.MaxConnsPerHost, base.IdleConnTimeout, own.IdleConnTimeout)
	// Output: 8 10s 1m0s
}

func ExampleProxyFromURL() {
	proxy, err := network.ProxyFromURL("http://user:p%40ss@proxy.example.com:3128")
	if err != nil {
		panic(err)
	}
	proxy.NoProxy = []string{"internal.example.com", "10.0.0.0/8"}
	fmt.Println(proxy, proxy.Password.Reveal() == "p@ss")
	// Output: http://user:***@proxy.example.com:3128 true
}

func ExampleWithProxy() {
	_, err := network.New(network.WithProxy(network.Proxy{
		Protocol: "ftp",
		Host:     "proxy.example.com",
		Port:     70000,
		Password: redact.NewSecret("pass"),
	}))
	fmt.Println(err)
	// Output:
	// network: build base: proxy: protocol is not one of http, https, socks5, socks5h
	// proxy: port 70000 is not in the range 1 to 65535
	// proxy: password without username
}

func ExampleProxyFromEnvironment() {
	route, err := network.ProxyFromEnvironment()
	if err != nil {
		panic(err)
	}
	via, err := route(&http.Request{URL: mustParse("http://localhost:8080/")})
	fmt.Println(via, err)
	// Output: <nil> <nil>
}

func ExampleProxyError() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	defer server.Close()
	proxy, err := network.ProxyFromURL(server.URL)
	if err != nil {
		panic(err)
	}
	base, err := network.New(network.WithProxy(proxy))
	if err != nil {
		panic(err)
	}
	defer base.CloseIdleConnections()

	resp, err := (&http.Client{Transport: base}).Get("https://api.example.com/")
	if refused, ok := errors.AsType[*network.ProxyError](err); ok {
		fmt.Println(refused.Target, refused.Status, refused.Retryable())
		return
	}
	_ = resp.Body.Close()
	// Output: api.example.com:443 407 false
}
