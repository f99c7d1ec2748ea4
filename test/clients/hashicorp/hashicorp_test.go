package hashicorp_test

import (
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tripware/tripware/test/clients"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestClients(t *testing.T) { clients.Run(t, []clients.Client{vaultAPI(), consulAPI()}) }

// short is a wait of a client that must not be zero.
const short = time.Millisecond

// write writes a response in JSON.
func write(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}
