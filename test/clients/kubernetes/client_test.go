// Package kubernetes_test measures client-go above a chain, and uses its typed client.
package kubernetes_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"go.uber.org/goleak"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	k8s "k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/kubernetes"
	"github.com/tripware/tripware/test/clients"
	"github.com/tripware/tripware/transport"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestClients(t *testing.T) { clients.Run(t, []clients.Client{clientGo()}) }

func clientGo() clients.Client {
	return clients.Client{
		Name: "client-go", Module: "k8s.io/client-go",
		Before: func(ctx context.Context, s clients.Site) clients.Outcome {
			clientset, err := k8s.NewForConfig(&rest.Config{Host: s.URL, Transport: s.Chain()})
			return update(ctx, clientset, err)
		},
		After: func(ctx context.Context, s clients.Site) clients.Outcome {
			cfg := &rest.Config{Host: s.URL, Transport: s.Base}
			opts := []tripware.Option{tripware.WithRetry(s.Retry()...)}
			if s.Source != nil {
				opts = append(opts, tripware.WithAuth(s.URL, s.Source))
			}
			// line:
			err := kubernetes.Wrap(cfg, opts...) // of contrib/kubernetes, before NewForConfig(cfg); opts are those of tripware.New
			// end
			if err != nil {
				return clients.Outcome{Err: err}
			}
			clientset, err := k8s.NewForConfig(cfg)
			return update(ctx, clientset, err)
		},
		Answer: func(w http.ResponseWriter, _ *http.Request, status int) {
			w.Header().Set("Content-Type", "application/json")
			if status == http.StatusServiceUnavailable {
				w.Header().Set("Retry-After", "0") // an API server asks for seconds
			}
			w.WriteHeader(status)
			if status == http.StatusOK {
				_, _ = fmt.Fprint(w, `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","namespace":"default"}}`)
				return
			}
			_, _ = fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","message":"later","code":%d}`, status)
		},
		Own:    "10, after a Retry-After",
		Record: "`transport.Begin`; `transport.CallOfError(err)` if no response came",
		Off:    "nothing: `Wrap` makes what the chain has given up on final. No setting of a `rest.Config` switches the retries off, only `MaxRetries(0)` on each `rest.Request`",
		On:     "the credentials of the `rest.Config`, and its watches: `Wrap` lets them pass without retries, and client-go reconnects them",
		Cannot: "a token of the `rest.Config` is not renewed within a call, since client-go sets it above the chain: a 401 is final, unless the chain has `tripware.WithAuth`",
	}
}

func update(ctx context.Context, clientset *k8s.Clientset, err error) clients.Outcome {
	if err != nil {
		return clients.Outcome{Err: err}
	}
	ctx, call := transport.Begin(ctx)
	defer call.End()
	_, err = clientset.CoreV1().ConfigMaps("default").Update(ctx, &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: "a", Namespace: "default"}, Data: map[string]string{"name": "one"},
	}, metav1.UpdateOptions{})
	return clients.Outcome{Err: err, Record: call}
}
