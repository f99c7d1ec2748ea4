package faults_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/faults"
)

// accept serves each connection of a listener on loopback until the test ends.
func accept(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var group sync.WaitGroup
	group.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			group.Go(func() { serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		group.Wait()
	})
	return listener.Addr().String()
}

// A peer that is still writing when it is answered gets the whole answer, and
// then a regular end.
func TestAPeerThatIsStillWritingGetsTheWholeAnswer(t *testing.T) {
	t.Parallel()
	answer := strings.Repeat("0123456789abcdef", 1<<10)
	serve := func(conn net.Conn) {
		defer faults.Linger(conn)
		_, err := bufio.NewReader(conn).ReadString('\n')
		assert.NoError(t, err)
		_, err = io.WriteString(conn, answer)
		assert.NoError(t, err)
	}
	certified := httptest.NewUnstartedServer(nil)
	certified.StartTLS()
	t.Cleanup(certified.Close)
	plain := accept(t, serve)
	secure := accept(t, func(conn net.Conn) { serve(tls.Server(conn, certified.TLS)) })
	tunnel := accept(t, func(near net.Conn) {
		far, err := net.Dial("tcp", plain)
		if assert.NoError(t, err) {
			faults.Join(near, near, far)
		}
	})
	trusting := &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "example.com", MinVersion: tls.VersionTLS12}
	trusting.RootCAs.AddCert(certified.Certificate())
	for name, dial := range map[string]func() (net.Conn, error){
		"plain":          func() (net.Conn, error) { return net.Dial("tcp", plain) },
		"through a Join": func() (net.Conn, error) { return net.Dial("tcp", tunnel) },
		"TLS":            func() (net.Conn, error) { return tls.Dial("tcp", secure, trusting) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 200 {
				conn, err := dial()
				require.NoError(t, err)
				assert.Equal(t, answer, ask(t, conn))
				require.NoError(t, conn.Close())
			}
		})
	}
}

// ask sends a line, and much after it, before it reads.
func ask(t *testing.T, conn net.Conn) string {
	t.Helper()
	require.NoError(t, conn.SetDeadline(time.Now().Add(30*time.Second)))
	_, err := io.WriteString(conn, "what?\n")
	require.NoError(t, err)
	block := bytes.Repeat([]byte("x"), 16<<10)
	for range 32 {
		_, err = conn.Write(block)
		require.NoError(t, err)
	}
	got, err := io.ReadAll(conn)
	require.NoError(t, err)
	return string(got)
}

// A halfPipe can be closed by halves, as a pipe cannot.
type halfPipe struct{ net.Conn }

func (halfPipe) CloseWrite() error { return nil }

func TestAPeerThatNeverEndsIsLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer far.Close()
		began := time.Now()
		faults.Linger(halfPipe{near})
		assert.Equal(t, 5*time.Second, time.Since(began))
		_, err := far.Read(make([]byte, 1))
		assert.Equal(t, io.EOF, err)
	})
}
