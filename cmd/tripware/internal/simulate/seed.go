package simulate

import (
	"context"
	_ "embed" // the sample accounts
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/services/jsm"
	"github.com/tripware/tripware/services/jsm/jsmtest"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/transport/redact"
)

//go:embed opsgenie.txt
var opsgenieAccount string

//go:embed jsm.txt
var jsmSite string

// FillOpsgenie makes the sample account in a simulated Opsgenie.
func FillOpsgenie(ctx context.Context, server *opsgenietest.Server) error {
	client, err := opsgenie.New(server.Key, opsgenie.WithBaseURL(server.URL))
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	defer server.Settle()
	return seed(ctx, client.HTTP(), server.URL, opsgenieAccount, map[string]string{})
}

// FillJSM makes the sample site in a simulated JSM Operations.
func FillJSM(ctx context.Context, server *jsmtest.Server) error {
	credential := auth.Basic(server.Email, redact.NewSecret(server.Token))
	client, err := jsm.New(jsm.CloudID(server.CloudID), credential, jsm.WithBaseURL(server.URL))
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	defer server.Settle()
	ids := map[string]string{
		"platform": server.AddTeam("Platform", "account-alice", "account-bob"),
		"payments": server.AddTeam("Payments", "account-carol"),
	}
	base := server.URL + strings.Replace(string(jsm.Direct), "{cloudId}", server.CloudID, 1)
	return seed(ctx, client.HTTP(), base, jsmSite, ids)
}

// seed sends the requests of a sample account. A line of it has a method, a path and a body,
// and may begin with NAME=: the id in the response then replaces {NAME} in later lines.
func seed(ctx context.Context, client *http.Client, base, account string, ids map[string]string) error {
	for line := range strings.Lines(account) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		for name, id := range ids {
			line = strings.ReplaceAll(line, "{"+name+"}", id)
		}
		head, body, _ := strings.Cut(line, " {")
		words := strings.Fields(head)
		name := ""
		if first, rest, named := strings.Cut(words[0], "="); named {
			name, words[0] = first, rest
		}
		id, err := send(ctx, client, words[0], base+words[1], "{"+body)
		if err != nil {
			return fmt.Errorf("make the sample account: %w", err)
		}
		if name != "" {
			ids[name] = id
		}
	}
	return nil
}

// send sends one request and returns the id in the response.
func send(ctx context.Context, client *http.Client, method, address, body string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", err
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return "", fmt.Errorf("%s %s: %s: %s", method, address, resp.Status, text)
	}
	var got struct {
		ID   string `json:"id"`
		Data struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if err := json.Unmarshal(text, &got); err != nil && len(text) > 0 {
		return "", errors.Join(fmt.Errorf("%s %s", method, address), err)
	}
	if got.ID == "" {
		got.ID = got.Data.ID
	}
	return got.ID, nil
}
