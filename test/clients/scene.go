package clients

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/transport/redact"
)

// hint is what remains of the second for which the server asks in the scene "429 with a hint".
const hint = 2 * time.Millisecond

// reset is the status of a response that is none: the connection is reset.
const reset = -1

// renewed is the Authorization header that a server accepts in the scene "401".
const renewed = "Bearer renewed"

// A Scene is how a server responds to the requests of one call.
type Scene struct {
	Name    string
	Planned int  // requests of a call with 3 retries
	Fails   bool // the call does not succeed
	hint    bool // responses ask for a wait of a second
	secret  bool // the server asks for a credential
	status  int  // of all responses but the last that is planned, or of all if the call fails
}

func scenes() []Scene {
	return []Scene{
		{Name: "503", Planned: 4, status: http.StatusServiceUnavailable, Fails: true},
		{Name: "429 with a hint", Planned: 3, status: http.StatusTooManyRequests, hint: true},
		{Name: "429 without a hint", Planned: 3, status: http.StatusTooManyRequests},
		{Name: "reset", Planned: 3, status: reset},
		{Name: "401", Planned: 2, status: http.StatusUnauthorized, secret: true},
	}
}

// next returns the status of the response to the request with this number, counted from 1.
func (s Scene) next(number int, authorization string) int {
	if s.secret {
		if authorization == renewed {
			return http.StatusOK
		}
		return s.status
	}
	if s.Fails || number < s.Planned {
		return s.status
	}
	return http.StatusOK
}

// source returns the credential of the scene, which is outdated at first, or nil.
func (s Scene) source() auth.Source {
	if !s.secret {
		return nil
	}
	fetched := 0
	return auth.Refresh(func(context.Context) (auth.Token, error) {
		fetched++ // one fetch at a time
		if fetched == 1 {
			return auth.Token{Value: redact.NewSecret("outdated")}, nil
		}
		return auth.Token{Value: redact.NewSecret("renewed")}, nil
	}, auth.WithRefreshCalm(0))
}

// A server plays a scene to one call.
type server struct {
	scene  Scene
	client Client

	mu     sync.Mutex
	method string // of the first request
	bodies [][]byte
	errs   []error
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.client.Aside != nil && s.client.Aside(w, r) {
		return
	}
	body, err := io.ReadAll(r.Body)
	s.mu.Lock()
	if len(s.bodies) == 0 {
		s.method = r.Method
	}
	s.bodies, s.errs = append(s.bodies, body), append(s.errs, err)
	number := len(s.bodies)
	s.mu.Unlock()

	status := s.scene.next(number, r.Header.Get("Authorization"))
	if status == reset {
		cut(w)
		return
	}
	if status != http.StatusOK && s.scene.hint {
		w.Header().Set("Retry-After", strconv.Itoa(1))
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	if s.client.Answer != nil {
		s.client.Answer(w, r, status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "{}")
}

// sent returns what came: the method of the call, the number of requests and whether their
// bodies are equal. The error is that of reading a body.
func (s *server) sent() (Played, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	played := Played{Method: s.method, Requests: len(s.bodies), Bodies: "none"}
	for _, body := range s.bodies {
		switch {
		case !bytes.Equal(body, s.bodies[0]):
			played.Bodies = "differ"
		case len(body) > 0 && played.Bodies == "none":
			played.Bodies = "equal"
		}
	}
	return played, errors.Join(s.errs...)
}

// cut resets the connection of a request.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(fmt.Errorf("clients: reset: %w", err)) // the server is plain HTTP/1.1
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // close then sends a RST
	}
	_ = conn.Close()
}
