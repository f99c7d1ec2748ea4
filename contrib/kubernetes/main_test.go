package kubernetes_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/tripware/tripware/transport"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// An apiserver responds to every request alike, and counts.
type apiserver struct {
	status int
	header http.Header
	body   string
	err    error // instead of a response

	requests []*http.Request
}

func (s *apiserver) RoundTrip(req *http.Request) (*http.Response, error) {
	s.requests = append(s.requests, req)
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
		_ = req.Body.Close()
	}
	if s.err != nil {
		return nil, s.err
	}
	return &http.Response{
		StatusCode: s.status, Header: s.header.Clone(), Body: io.NopCloser(strings.NewReader(s.body)), Request: req,
	}, nil
}

// throttling is how an API server responds with too many requests: in plain text.
func throttling(status int, after string) *apiserver {
	s := &apiserver{status: status, header: http.Header{"Content-Type": {"text/plain"}}, body: "Too many requests, please try again later."}
	if after != "" {
		s.header.Set("Retry-After", after)
	}
	return s
}

func lost(err error) *apiserver { return &apiserver{err: err} }

// resetByPeer is the error of a connection that the server reset, as package net has it.
func resetByPeer() error {
	return &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
}

func configOf(base http.RoundTripper) *rest.Config {
	return &rest.Config{Host: "https://10.0.0.1:6443", Transport: base}
}

func pods(t *testing.T, cfg *rest.Config) dynamic.ResourceInterface {
	t.Helper()
	client, err := dynamic.NewForConfig(cfg)
	require.NoError(t, err)
	return client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "pods"}).Namespace("default")
}

type call func(ctx context.Context, pods dynamic.ResourceInterface) error

func list(ctx context.Context, pods dynamic.ResourceInterface) error {
	_, err := pods.List(ctx, metav1.ListOptions{})
	return err
}

func create(ctx context.Context, pods dynamic.ResourceInterface) error {
	_, err := pods.Create(ctx, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": "a"},
	}}, metav1.CreateOptions{})
	return err
}

func watching(ctx context.Context, pods dynamic.ResourceInterface) error {
	w, err := pods.Watch(ctx, metav1.ListOptions{})
	if err == nil {
		w.Stop()
	}
	return err
}

// begun makes a call and returns its record and its error.
func begun(t *testing.T, cfg *rest.Config, do call) (*transport.Call, error) {
	t.Helper()
	ctx, record := transport.Begin(t.Context())
	defer record.End()
	return record, do(ctx, pods(t, cfg))
}
