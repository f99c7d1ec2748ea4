package kubernetes_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/kubernetes"
	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport/redact"
)

const canary = "ZQ7canary7QZ"

// A secured server fails twice and then has no pods. It keeps the credentials that it got.
type secured struct {
	*httptest.Server

	mu      sync.Mutex
	headers []string
	certs   [][]byte
}

func secure(t *testing.T) *secured {
	t.Helper()
	s := &secured{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.headers = append(s.headers, r.Header.Get("Authorization"))
		for _, cert := range r.TLS.PeerCertificates {
			s.certs = append(s.certs, cert.Raw)
		}
		w.Header().Set("Content-Type", "application/json")
		if len(s.headers) < 3 {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","code":503}`)
			return
		}
		_, _ = io.WriteString(w, `{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[]}`)
	}))
	s.TLS = &tls.Config{ClientAuth: tls.RequestClientCert, MinVersion: tls.VersionTLS12}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// pair returns a certificate and its key, both as PEM.
func pair(t *testing.T) (cert, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	require.NoError(t, err)
	raw, err := x509.MarshalECPrivateKey(private)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: raw})
}

// Each attempt has the credential of the config, and nothing that the chain reports has it.
func TestCredentialsOfTheConfig(t *testing.T) {
	t.Parallel()
	cert, key := pair(t)
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte(canary+"\n"), 0o600))
	const plugin = `echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"` + canary + `"}}'`
	for name, test := range map[string]struct {
		config func(cfg *rest.Config)
		opts   func(url string) tripware.Option
		want   string
		cert   []byte
	}{
		"a token":         {config: func(cfg *rest.Config) { cfg.BearerToken = canary }, want: "Bearer " + canary},
		"a file of one":   {config: func(cfg *rest.Config) { cfg.BearerTokenFile = file }, want: "Bearer " + canary},
		"a password":      {config: func(cfg *rest.Config) { cfg.Username, cfg.Password = "a", canary }, want: "Basic YTpaUTdjYW5hcnk3UVo="},
		"a certificate":   {config: func(cfg *rest.Config) { cfg.CertData, cfg.KeyData = cert, key }, cert: cert},
		"the chain's own": {opts: func(url string) tripware.Option { return tripware.WithAuth(url, auth.Bearer(redact.NewSecret(canary))) }, want: "Bearer " + canary},
		"a plugin": {config: func(cfg *rest.Config) {
			cfg.ExecProvider = &api.ExecConfig{
				Command: "/bin/sh", Args: []string{"-c", plugin}, APIVersion: "client.authentication.k8s.io/v1", InteractiveMode: api.NeverExecInteractiveMode,
			}
		}, want: "Bearer " + canary},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := secure(t)
			cfg := &rest.Config{Host: server.URL}
			cfg.CAData = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
			if test.config != nil {
				test.config(cfg)
			}
			var o observation
			inspector := inspect.New(inspect.WithPhases())
			defer inspector.Close()
			opts := append(o.options(), tripware.WithTracing(inspector.Calls()), tripware.PerAttempt(inspector.Attempts()), tripware.WithRetry(retry.WithBaseDelay(0), retry.WithAttemptTimeout(time.Minute), retry.WithCallTimeout(time.Minute)))
			if test.opts != nil {
				opts = append(opts, test.opts(server.URL))
			}
			require.NoError(t, kubernetes.Wrap(cfg, opts...))
			record, err := begun(t, cfg, list)
			require.NoError(t, err)

			assert.Equal(t, []string{test.want, test.want, test.want}, server.headers)
			if test.cert != nil {
				block, _ := pem.Decode(test.cert)
				assert.Equal(t, [][]byte{block.Bytes, block.Bytes, block.Bytes}, server.certs)
			}
			var har bytes.Buffer
			require.NoError(t, inspect.WriteHAR(&har, record))
			events, err := json.Marshal(o.events)
			require.NoError(t, err)
			reports := map[string]string{
				"log": o.log.String(), "events": string(events), "record": record.String(),
				"timeline": inspect.Timeline(record), "curl": inspect.Curl(record, 1), "HAR": har.String(),
			}
			for kind, text := range reports {
				assert.NotEmpty(t, text, kind)
				assert.NotContains(t, text, canary, kind)
				assert.NotContains(t, text, "YTpaUTdjYW5hcnk3UVo", kind)
			}
		})
	}
}
