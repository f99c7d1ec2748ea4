package kubernetes_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/kubernetes"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

func ExampleWrap() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "Too many requests, please try again later.", http.StatusTooManyRequests)
	}))
	defer server.Close()

	cfg := &rest.Config{Host: server.URL} // of a kubeconfig or of the cluster in a program
	err := kubernetes.Wrap(cfg, tripware.WithRetry(
		retry.WithMaxRetries(3),
		retry.WithBaseDelay(0), retry.WithClampedHint(0), // no waits in this example
	))
	if err != nil {
		panic(err)
	}
	client, err := dynamic.NewForConfig(cfg) // or a typed client, by NewForConfig of client-go's package kubernetes
	if err != nil {
		panic(err)
	}

	ctx, call := transport.Begin(context.Background())
	defer call.End()
	pods := client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "pods"})
	_, err = pods.Namespace("default").List(ctx, metav1.ListOptions{})
	seconds, _ := apierrors.SuggestsClientDelay(err)
	fmt.Println(err)
	fmt.Printf("wait %d s; %d attempts, retries ended by: %s\n", seconds, call.AttemptCount(), call.Reason())
	// Output:
	// the server has received too many requests and has asked us to try again later
	// wait 1 s; 4 attempts, retries ended by: attempts
}
