//go:build realparts && linux

package realparts_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport/network"
)

// A wire is a toxiproxy between a client and a target.
type wire struct {
	t   *testing.T
	api string // of its one proxy
	ask *http.Client
	url string // of the target, through the wire
	far *target
}

// A toxic is a fault of the wire, as toxiproxy's API takes it.
type toxic struct {
	Name       string         `json:"name"`
	Type       string         `json:"type"`
	Stream     string         `json:"stream"`
	Toxicity   float64        `json:"toxicity"`   // the share of connections that it befalls
	Attributes map[string]int `json:"attributes"` // milliseconds, or bytes
}

// fault is one for every connection; stream is upstream (what the client sends) or downstream.
func fault(kind, stream, attribute string, value int) toxic {
	return toxic{Name: "fault", Type: kind, Stream: stream, Toxicity: 1, Attributes: map[string]int{attribute: value}}
}

// newWire starts a toxiproxy before a target whose answers are those of handler.
func newWire(t *testing.T, program string, handler http.HandlerFunc) *wire {
	t.Helper()
	addr := freeAddr(t)
	newFolder(t).start(t, []string{addr}, program, "-host", "127.0.0.1", "-port", strconv.Itoa(portOf(t, addr)), "-seed", "1")
	base := &http.Transport{}
	t.Cleanup(base.CloseIdleConnections)
	w := &wire{t: t, ask: &http.Client{Transport: base, Timeout: startWithin}, far: newTarget(t, nil, handler)}
	var made struct {
		Listen string `json:"listen"`
	}
	answer := w.send(http.MethodPost, "http://"+addr+"/proxies", map[string]any{
		"name": "wire", "listen": "127.0.0.1:0", "upstream": w.far.addr(), "enabled": true,
	})
	require.NoError(t, json.Unmarshal(answer, &made))
	w.api, w.url = "http://"+addr+"/proxies/wire", "http://"+made.Listen
	return w
}

// send asks toxiproxy for something. It may be called by a hook: it fails the test without ending it.
func (w *wire) send(method, url string, body any) []byte {
	text, err := json.Marshal(body)
	assert.NoError(w.t, err)
	req, err := http.NewRequestWithContext(w.t.Context(), method, url, bytes.NewReader(text))
	if !assert.NoError(w.t, err) {
		return nil
	}
	resp, err := w.ask.Do(req)
	if !assert.NoError(w.t, err) {
		return nil
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	assert.NoError(w.t, err)
	assert.Less(w.t, resp.StatusCode, http.StatusMultipleChoices, string(answer))
	return answer
}

func (w *wire) add(x toxic) { w.send(http.MethodPost, w.api+"/toxics", x) }

func (w *wire) heal() { w.send(http.MethodDelete, w.api+"/toxics/fault", nil) }

// enable switches the wire as a whole on or off; off, nobody listens.
func (w *wire) enable(on bool) { w.send(http.MethodPost, w.api, map[string]any{"enabled": on}) }

// client returns one of ours that reaches the target through the wire. mend, if
// there is one, runs when the first attempt has failed.
func (w *wire) client(mend func(), opts ...retry.Option) *client {
	w.t.Helper()
	hook := func(_ context.Context, e retry.Event) {
		if e.Attempt == 1 && mend != nil {
			mend()
		}
	}
	return newClient(w.t, tripware.WithConnection(network.WithoutProxy()), quick(append(opts, retry.WithHook(hook))...))
}
