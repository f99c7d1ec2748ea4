package network_test

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/faults"
)

// journal is what a proxy of the tests was asked, in order.
type journal struct {
	mu      sync.Mutex
	asked   []string // "CONNECT host:port", "GET http://..." or "SOCKS host:port"
	headers []http.Header
	clients []string // user:password
}

func (s *journal) add(asked, client string, header http.Header) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked, s.clients, s.headers = append(s.asked, asked), append(s.clients, client), append(s.headers, header)
}

// startProxy forwards, and opens tunnels to, whatever it is asked for, for
// clients whose credentials are user (a "user:password", or empty for anyone).
func startProxy(t *testing.T, secure bool, user string) (*httptest.Server, *journal) {
	t.Helper()
	seen := new(journal)
	upstream := &http.Transport{}
	t.Cleanup(upstream.CloseIdleConnections)
	server := startServer(t, secure, func(s *httptest.Server) {
		s.EnableHTTP2 = false
		s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			given := credentials(r.Header.Get("Proxy-Authorization"))
			seen.add(r.Method+" "+r.RequestURI, given, r.Header.Clone())
			switch {
			case user != "" && given != user:
				// A proxy that repeats what it was sent: none of it may reach an error.
				refuse(w, r, "407 Denied "+given)
			case r.Method == http.MethodConnect:
				tunnel(w, r.Host)
			default:
				forward(w, r, upstream)
			}
		})
	})
	return server, seen
}

func credentials(header string) string {
	encoded, _ := strings.CutPrefix(header, "Basic ")
	plain, _ := base64.StdEncoding.DecodeString(encoded)
	return string(plain)
}

func refuse(w http.ResponseWriter, r *http.Request, status string) {
	_, _ = io.Copy(io.Discard, r.Body)
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer faults.Linger(conn)
	_, _ = io.WriteString(conn, "HTTP/1.1 "+strings.NewReplacer("\t", " ", "\n", " ").Replace(status)+"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
}

func tunnel(w http.ResponseWriter, target string) {
	far, err := net.Dial("tcp", target)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	near, ahead, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = far.Close()
		return
	}
	_, _ = io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
	faults.Join(near, ahead, far)
}

func forward(w http.ResponseWriter, r *http.Request, upstream http.RoundTripper) {
	out := r.Clone(r.Context())
	out.RequestURI = ""
	out.Header.Del("Proxy-Authorization")
	resp, err := upstream.RoundTrip(out)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	maps.Copy(w.Header(), resp.Header)
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body)
}

// startSocks is a SOCKS5 server (RFC 1928, RFC 1929) for clients with these
// credentials; it reaches every target at the address to.
func startSocks(t *testing.T, user, to string) (string, *journal) {
	t.Helper()
	seen := new(journal)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer faults.Linger(conn)
				serveSocks(conn, user, to, seen)
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		wg.Wait()
	})
	return listener.Addr().String(), seen
}

func serveSocks(conn net.Conn, user, to string, seen *journal) {
	r := bufio.NewReader(conn)
	take := func(n int) []byte {
		b := make([]byte, n)
		_, _ = io.ReadFull(r, b)
		return b
	}
	take(int(take(2)[1])) // the methods offered
	_, _ = conn.Write([]byte{5, 2})
	take(1)
	given := string(take(int(take(1)[0])))
	given += ":" + string(take(int(take(1)[0])))
	if given != user {
		_, _ = conn.Write([]byte{1, 1})
		return
	}
	_, _ = conn.Write([]byte{1, 0})
	host := ""
	switch take(4)[3] {
	case 1:
		host = net.IP(take(4)).String()
	case 3:
		host = string(take(int(take(1)[0])))
	}
	port := strconv.Itoa(int(binary.BigEndian.Uint16(take(2))))
	seen.add("SOCKS "+net.JoinHostPort(host, port), given, nil)
	far, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	_, _ = conn.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	faults.Join(conn, r, far)
}
