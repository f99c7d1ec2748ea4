package kubernetes_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/kubernetes"
	"github.com/tripware/tripware/middleware/retry"
)

// An apiserver has the config maps of one namespace. It fails the first requests with each
// method and path as often as flaky says: with a 429, then a reset, and so on.
type apiserver struct {
	*httptest.Server

	flaky int

	mu       sync.Mutex
	objects  []corev1.ConfigMap
	added    *sync.Cond
	requests []string
	failures map[string]int
}

func serve(t *testing.T, flaky int) *apiserver {
	t.Helper()
	s := &apiserver{flaky: flaky, failures: map[string]int{}}
	s.added = sync.NewCond(&s.mu)
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// config returns the configuration of clients that send through a chain.
func (s *apiserver) config(t *testing.T, opts ...tripware.Option) *rest.Config {
	t.Helper()
	base := &http.Transport{DisableKeepAlives: true}
	cfg := &rest.Config{Host: s.URL, Transport: base}
	cfg.ContentType = "application/json" // the default is protobuf
	opts = append([]tripware.Option{tripware.WithRetry(retry.WithBaseDelay(0))}, opts...)
	if err := kubernetes.Wrap(cfg, opts...); err != nil {
		t.Fatal(err)
	}
	return cfg
}

func (s *apiserver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	watching := r.URL.Query().Get("watch") == "true"
	key := r.Method + " " + r.URL.Path
	if watching {
		key = "WATCH " + r.URL.Path
	}
	if s.fails(w, key) {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	switch {
	case watching:
		s.watch(w, r)
	case r.Method == http.MethodGet:
		s.list(w)
	case r.Method == http.MethodPost:
		s.create(w, r)
	}
}

// fails responds with a failure if it is still time for one, and reports whether it did.
func (s *apiserver) fails(w http.ResponseWriter, key string) bool {
	s.mu.Lock()
	s.requests = append(s.requests, key)
	n := s.failures[key]
	s.failures[key]++
	s.mu.Unlock()
	switch {
	case n >= s.flaky:
		return false
	case n%2 == 0 || strings.HasPrefix(key, http.MethodPost):
		w.Header().Set("Retry-After", "0")
		http.Error(w, "Too many requests, please try again later.", http.StatusTooManyRequests)
	default:
		panic(http.ErrAbortHandler) // the connection breaks
	}
	return true
}

func (s *apiserver) list(w http.ResponseWriter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = json.NewEncoder(w).Encode(corev1.ConfigMapList{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMapList"}, ListMeta: metav1.ListMeta{ResourceVersion: s.version()}, Items: s.objects,
	})
}

// version returns the resource version of the last change; the caller has locked s.
func (s *apiserver) version() string { return strconv.Itoa(len(s.objects) + 1) }

func (s *apiserver) create(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var object corev1.ConfigMap
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(body, &object)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	object.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"}
	s.objects = append(s.objects, object)
	s.objects[len(s.objects)-1].ResourceVersion = s.version()
	s.added.Broadcast()
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(s.objects[len(s.objects)-1])
}

// watch sends every object, each as soon as it is there. A client that asks for the initial
// events is told when it has them.
func (s *apiserver) watch(w http.ResponseWriter, r *http.Request) {
	stop := make(chan struct{})
	go func() { // a Cond has no context
		<-r.Context().Done()
		close(stop)
		s.added.Broadcast()
	}()
	initial := r.URL.Query().Get("sendInitialEvents") == "true"
	from, _ := strconv.Atoi(r.URL.Query().Get("resourceVersion"))
	s.mu.Lock()
	defer s.mu.Unlock()
	for n := max(from-1, 0); ; {
		for ; n < len(s.objects); n++ {
			send(w, "ADDED", s.objects[n])
		}
		if initial {
			send(w, "BOOKMARK", corev1.ConfigMap{
				TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
				ObjectMeta: metav1.ObjectMeta{ResourceVersion: s.version(), Annotations: map[string]string{metav1.InitialEventsAnnotationKey: "true"}},
			})
			initial = false
		}
		_ = http.NewResponseController(w).Flush()
		select {
		case <-stop:
			return
		default:
			s.added.Wait()
		}
	}
}

func send(w http.ResponseWriter, kind string, object corev1.ConfigMap) {
	_ = json.NewEncoder(w).Encode(struct {
		Type   string           `json:"type"`
		Object corev1.ConfigMap `json:"object"`
	}{kind, object})
}
