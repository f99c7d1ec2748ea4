package kubernetes_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	k8s "k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
)

func named(name string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}}
}

// Each operation of the typed client fails twice on its way and succeeds, and nothing is sent
// that the chain did not plan.
func TestTheTypedClient(t *testing.T) {
	t.Parallel()
	server := serve(t, 2)
	clientset, err := k8s.NewForConfig(server.config(t, tripware.WithLimiter(ratelimit.NewLimiter())))
	require.NoError(t, err)
	maps := clientset.CoreV1().ConfigMaps("default")
	created, err := maps.Create(t.Context(), named("a"), metav1.CreateOptions{})
	require.NoError(t, err)
	assert.Equal(t, "2", created.ResourceVersion)
	list, err := maps.List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w, err := maps.Watch(ctx, metav1.ListOptions{ResourceVersion: list.ResourceVersion})
	require.NoError(t, err)
	defer w.Stop()
	_, err = maps.Create(t.Context(), named("b"), metav1.CreateOptions{})
	require.NoError(t, err)
	e, ok := <-w.ResultChan()
	require.True(t, ok)
	b, ok := e.Object.(*corev1.ConfigMap)
	require.True(t, ok, "%v", e.Object)
	assert.Equal(t, "b", b.Name)

	const path = " /api/v1/namespaces/default/configmaps"
	assert.Equal(t, []string{
		"POST" + path, "POST" + path, "POST" + path,
		"GET" + path, "GET" + path, "GET" + path,
		"WATCH" + path, "WATCH" + path, "WATCH" + path, // by client-go
		"POST" + path,
	}, server.requests)
}

// An informer lists and watches through a chain whose settings would break a watch.
func TestAnInformer(t *testing.T) {
	t.Parallel()
	server := serve(t, 2)
	cfg := server.config(t, tripware.WithRetry(
		retry.WithWholeBody(1<<20), retry.WithAttemptTimeout(200*time.Millisecond), retry.WithCallTimeout(200*time.Millisecond),
	))
	clientset, err := k8s.NewForConfig(cfg)
	require.NoError(t, err)
	create := func(name string) {
		plain, err := k8s.NewForConfig(server.config(t))
		require.NoError(t, err)
		_, err = plain.CoreV1().ConfigMaps("default").Create(t.Context(), named(name), metav1.CreateOptions{})
		require.NoError(t, err)
	}
	create("a")
	factory := informers.NewSharedInformerFactory(clientset, 0)
	informer := factory.Core().V1().ConfigMaps().Informer()
	names := make(chan string, 2)
	_, err = informer.AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: func(object any) {
		if m, ok := object.(*corev1.ConfigMap); ok {
			names <- m.Name
		}
	}})
	require.NoError(t, err)
	stop := make(chan struct{})
	defer factory.Shutdown()
	defer close(stop)
	factory.Start(stop)
	assert.Equal(t, "a", <-names)
	time.Sleep(300 * time.Millisecond) // longer than the timeouts of the chain
	create("b")
	assert.Equal(t, "b", <-names)
	server.mu.Lock()
	defer server.mu.Unlock()
	assert.Equal(t, 3, server.failures["WATCH /api/v1/configmaps"], "the third one lasts")
}
