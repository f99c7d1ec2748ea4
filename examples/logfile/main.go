// Logfile writes a debug log of a client to a text file: calls, attempts, waits and
// bodies, without secrets.
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport/redact"
)

func main() {
	folder, err := os.MkdirTemp("", "logfile")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	file := filepath.Join(folder, "client.log")

	log, err := logging.Config{Format: logging.Text, File: file, Debug: true}.Open()
	if err != nil {
		panic(err)
	}
	call(log)
	if err := log.Close(); err != nil { // the program opened the file, so it closes it
		panic(err)
	}

	text, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	fmt.Print(steady(string(text)))
	fmt.Println("the key is in the file:", strings.Contains(string(text), "my-key"))
}

// call makes a call whose first attempt fails.
func call(log *logging.Log) {
	failed := false
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if !failed {
			failed = true
			w.WriteHeader(http.StatusBadGateway)
		}
		_, _ = fmt.Fprint(w, `{"name":"disk","token":"my-key"}`)
	}))
	defer api.Close()
	client, err := tripware.New(
		tripware.WithLogger(log.Logger, log.Options()...),
		tripware.WithAuth(api.URL, auth.Key("Key", redact.NewSecret("my-key"))),
		tripware.WithRetry(retry.WithBaseDelay(0)),
	)
	if err != nil {
		panic(err)
	}
	resp, err := client.Get(api.URL + "/things/1?apiKey=my-key")
	if err != nil {
		panic(err)
	}
	_ = resp.Body.Close()
}

// steady replaces what differs in each run.
func steady(text string) string {
	for pattern, with := range map[string]string{
		`time=\S+\s`:                "",
		`127\.0\.0\.1:\d+`:          "HOST",
		`transaction_id=\S+`:        "transaction_id=ID",
		`(duration|waited|for)=\S+`: "$1=TIME",
		`Date=("[^"]*"|\S+)`:        "Date=DATE",
	} {
		text = regexp.MustCompile(pattern).ReplaceAllString(text, with)
	}
	return text
}
