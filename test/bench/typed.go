package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	official "github.com/opsgenie/opsgenie-go-sdk-v2/alert"
	"github.com/opsgenie/opsgenie-go-sdk-v2/client"

	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/alert"
)

// A typed caller reads one alert, and creates one.
type typed struct {
	name        string
	get, create func(ctx context.Context) error
}

// The alert that all of them read and create.
const (
	alias   = "db-primary/replication-lag"
	message = "Replication lag above 30s on db-primary"
)

// typers makes the typed callers that send to base by rt.
func typers(base string, rt http.RoundTripper) ([]typed, error) {
	ours, err := typedOurs(base, rt)
	if err != nil {
		return nil, err
	}
	sdk, err := typedSDK(base, &http.Client{Transport: rt})
	return []typed{typedByHand(base, rt), ours, sdk}, err
}

// read checks what was read: who decodes nothing is fast.
func read(text, owner string, tags int) error {
	if text != message || owner == "" || tags != 2 {
		return fmt.Errorf("bench: read the alert %q of %q with %d tags", text, owner, tags)
	}
	return nil
}

// took checks what was accepted.
func took(requestID string) error {
	if requestID == "" {
		return errors.New("bench: no request id in the answer")
	}
	return nil
}

// typedOurs is the typed client as it is by default; nobody observes its metrics.
func typedOurs(base string, rt http.RoundTripper) (typed, error) {
	c, err := opsgenie.New(apiKey, opsgenie.WithBaseURL(base), opsgenie.WithBase(rt))
	if err != nil {
		return typed{}, err
	}
	return typed{
		name: nameTyped,
		get: func(ctx context.Context) error {
			got, err := c.Alerts.Get(ctx, alert.GetRequest{Ref: alert.ByAlias(alias)})
			if err != nil {
				return err
			}
			return read(got.Value.Message, got.Value.Owner, len(got.Value.Tags))
		},
		create: func(ctx context.Context) error {
			pending, err := c.Alerts.Create(ctx, alert.CreateRequest{
				Message: message, Alias: alias, Tags: []string{"disk", "eu"}, Details: map[string]string{"host": "storage-3"},
			})
			if err != nil {
				return err
			}
			return took(pending.RequestID)
		},
	}, nil
}

// typedSDK is the official SDK with its log at the level of errors. A host
// without "api" in its name it asks over plain HTTP.
func typedSDK(base string, own *http.Client) (typed, error) {
	_, host, _ := strings.Cut(base, "://")
	cfg := &client.Config{ApiKey: apiKey, OpsGenieAPIURL: client.ApiUrl(host), HttpClient: own}
	cfg.ConfigureLogLevel("error")
	c, err := official.NewClient(cfg)
	if err != nil {
		return typed{}, err
	}
	return typed{
		name: nameSDK,
		get: func(ctx context.Context) error {
			got, err := c.Get(ctx, &official.GetAlertRequest{IdentifierType: official.ALIAS, IdentifierValue: url.PathEscape(alias)})
			if err != nil {
				return err
			}
			return read(got.Message, got.Owner, len(got.Tags))
		},
		create: func(ctx context.Context) error {
			got, err := c.Create(ctx, &official.CreateAlertRequest{
				Message: message, Alias: alias, Tags: []string{"disk", "eu"}, Details: map[string]string{"host": "storage-3"},
			})
			if err != nil {
				return err
			}
			return took(got.RequestId)
		},
	}, nil
}

// What a program declares that does it by hand.
type (
	writtenParty struct {
		Type string `json:"type"`
		ID   string `json:"id"`
	}
	writtenAlert struct {
		ID             string            `json:"id"`
		TinyID         string            `json:"tinyId"`
		Alias          string            `json:"alias"`
		Message        string            `json:"message"`
		Status         string            `json:"status"`
		Acknowledged   bool              `json:"acknowledged"`
		IsSeen         bool              `json:"isSeen"`
		Snoozed        bool              `json:"snoozed"`
		Count          int               `json:"count"`
		Tags           []string          `json:"tags"`
		CreatedAt      time.Time         `json:"createdAt"`
		UpdatedAt      time.Time         `json:"updatedAt"`
		LastOccurredAt time.Time         `json:"lastOccurredAt"`
		Source         string            `json:"source"`
		Owner          string            `json:"owner"`
		OwnerTeamID    string            `json:"ownerTeamId"`
		Priority       string            `json:"priority"`
		Responders     []writtenParty    `json:"responders"`
		Actions        []string          `json:"actions"`
		Entity         string            `json:"entity"`
		Description    string            `json:"description"`
		Details        map[string]string `json:"details"`
		Integration    struct {
			ID   string `json:"id"`
			Name string `json:"name"`
			Type string `json:"type"`
		} `json:"integration"`
		Report struct {
			AckTime        int64  `json:"ackTime"`
			AcknowledgedBy string `json:"acknowledgedBy"`
		} `json:"report"`
	}
	writtenCreate struct {
		Message string            `json:"message"`
		Alias   string            `json:"alias,omitempty"`
		Tags    []string          `json:"tags,omitempty"`
		Details map[string]string `json:"details,omitempty"`
	}
	writtenAnswer[T any] struct {
		Data      T       `json:"data"`
		Took      float64 `json:"took"`
		RequestID string  `json:"requestId"`
	}
)

// typedByHand sends one attempt and decodes from the stream.
func typedByHand(base string, rt http.RoundTripper) typed {
	own := &http.Client{Transport: rt}
	return typed{
		name: nameWritten,
		get: func(ctx context.Context) error {
			target := base + "/v2/alerts/" + url.PathEscape(alias) + "?identifierType=alias"
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, http.NoBody)
			if err != nil {
				return err
			}
			var got writtenAnswer[writtenAlert]
			if err := exchange(own, req, &got); err != nil {
				return err
			}
			return read(got.Data.Message, got.Data.Owner, len(got.Data.Tags))
		},
		create: func(ctx context.Context) error {
			body, err := json.Marshal(writtenCreate{
				Message: message, Alias: alias, Tags: []string{"disk", "eu"}, Details: map[string]string{"host": "storage-3"},
			})
			if err != nil {
				return err
			}
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/v2/alerts", bytes.NewReader(body))
			if err != nil {
				return err
			}
			req.Header.Set("Content-Type", "application/json")
			var got writtenAnswer[struct{}]
			if err := exchange(own, req, &got); err != nil {
				return err
			}
			return took(got.RequestID)
		},
	}
}

func exchange(own *http.Client, req *http.Request, into any) error {
	req.Header.Set(headerAuth, signature)
	req.Header.Set("Accept", "application/json")
	resp, err := own.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("bench: status %d", resp.StatusCode)
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

// officialSDK is the SDK as a way to send: it can do nothing but its operations.
func officialSDK() Contestant {
	return Contestant{
		Name: nameSDK, Module: "github.com/opsgenie/opsgenie-go-sdk-v2",
		Setup: "alert.NewClient; its log at the level of errors, for which it has no off",
		Retry: func(base http.RoundTripper, _ Policy) (Client, error) { // its own waits
			sdk, err := typedSDK(memoryOrigin, &http.Client{Transport: base})
			return Client{Get: func(ctx context.Context, _ string) (int, error) { return http.StatusOK, sdk.get(ctx) }}, err
		},
		Shipped: func(server string) (Client, error) {
			sdk, err := typedSDK(server, nil)
			return Client{Get: func(ctx context.Context, _ string) (int, error) { return http.StatusOK, sdk.get(ctx) }}, err
		},
	}
}
