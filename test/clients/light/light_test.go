package light_test

import (
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tripware/tripware/test/clients"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestClients(t *testing.T) { clients.Run(t, table()) }

func table() []clients.Client {
	return []clients.Client{
		resty2(), resty3(), goGitHub(), retryableHTTP(),
		oauth2Above(), oauth2Below(), oauth2Source(),
		mocked(), slackGo(), stripeGo(), prometheusAPI(),
	}
}

// short is a wait of a client that must not be zero.
const short = time.Millisecond

// own is how many retries a client gets that has none unless they are set.
const own = 3

// An item is what the calls send.
type item struct {
	Name string `json:"name"`
}

// write writes a response in JSON.
func write(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}
