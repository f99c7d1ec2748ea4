package transport_test

import (
	"fmt"
	"net/http"
	"time"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

func ExampleNewBase() {
	base, err := transport.NewBase(
		transport.WithConcurrency(128),
		transport.WithDialTimeout(3*time.Second),
		transport.WithoutProxy(),
	)
	if err != nil {
		panic(err)
	}
	fmt.Println(base.MaxIdleConnsPerHost, base.IdleConnTimeout)

	_, err = transport.NewBase(transport.WithIdleConnTimeout(-time.Second), transport.WithConcurrency(0))
	fmt.Println(err)
	// Output:
	// 256 1m30s
	// transport: build base: idle connection timeout -1s is too small: the least is 0s
	// concurrency 0 is too small: the least is 1
}

func ExampleCloneBase() {
	own := &http.Transport{MaxConnsPerHost: 8, IdleConnTimeout: time.Minute}
	base, err := transport.CloneBase(own, transport.WithIdleConnTimeout(10*time.Second))
	if err != nil {
		panic(err)
	}
	fmt.Println(base.MaxConnsPerHost, base.IdleConnTimeout, own.IdleConnTimeout)
	// Output: 8 10s 1m0s
}

func ExampleProxyFromURL() {
	proxy, err := transport.ProxyFromURL("http://user:p%40ss@proxy.example.com:3128")
	if err != nil {
		panic(err)
	}
	proxy.NoProxy = []string{"internal.example.com", "10.0.0.0/8"}
	fmt.Println(proxy, proxy.Password.Reveal() == "p@ss")
	// Output: http://user:***@proxy.example.com:3128 true
}

func ExampleWithProxy() {
	_, err := transport.NewBase(transport.WithProxy(transport.Proxy{
		Protocol: "ftp",
		Host:     "proxy.example.com",
		Port:     70000,
		Password: redact.NewSecret("pass"),
	}))
	fmt.Println(err)
	// Output:
	// transport: build base: proxy: protocol is not one of http, https, socks5, socks5h
	// proxy: port 70000 is not within 1 to 65535
	// proxy: password without username
}

func ExampleProxyFromEnvironment() {
	route, err := transport.ProxyFromEnvironment()
	if err != nil {
		panic(err)
	}
	via, err := route(&http.Request{URL: mustParse("http://localhost:8080/")})
	fmt.Println(via, err)
	// Output: <nil> <nil>
}
