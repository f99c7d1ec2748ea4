package search_test

import (
	"net/http"
	"testing"

	"go.uber.org/goleak"

	"github.com/tripware/tripware/test/clients"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestClients(t *testing.T) { clients.Run(t, []clients.Client{elastic(), openSearch()}) }

// query is what the calls send.
const query = `{"query":{"match":{"name":"one"}}}`

// found is the response of both servers.
const found = `{"took":1,"timed_out":false,"_shards":{"total":1,"successful":1,"failed":0},"hits":{"total":{"value":0,"relation":"eq"},"hits":[]}}`

// write writes a response in JSON.
func write(w http.ResponseWriter, _ *http.Request, status int) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Elastic-Product", "Elasticsearch") // the client of Elasticsearch refuses others
	w.WriteHeader(status)
	_, _ = w.Write([]byte(found))
}
