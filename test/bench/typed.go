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
	sdk "github.com/opsgenie/opsgenie-go-sdk-v2/client"

	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/alert"
)

// A typed caller reads one alert and creates one.
type typed struct {
	name        string
	get, create func(ctx context.Context) error
}

// The alert that all of them read and create.
const (
	alias   = "db-primary/replication-lag"
	message = "Replication lag above 30s on db-primary"
)

// typers returns the typed callers, which send to base through rt.
func typers(base string, rt http.RoundTripper) ([]typed, error) {
	own, errOwn := typedOurs(base, rt)
	vendors, errVendors := typedSDK(base, &http.Client{Transport: rt})
	return []typed{typedByHand(base, rt), own, vendors}, firstOf(errOwn, errVendors)
}

// checkRead checks what was decoded, because a caller that decodes nothing is fast.
func checkRead(text, owner string, tags int) error {
	if text != message || owner == "" || tags != 2 {
		return fmt.Errorf("bench: read the alert %q of %q with %d tags", text, owner, tags)
	}
	return nil
}

// checkAccepted checks what was decoded of an accepted request.
func checkAccepted(requestID string) error {
	if requestID == "" {
		return errors.New("bench: no request id in the response")
	}
	return nil
}

// typedOurs is the typed client with its defaults and without observers.
func typedOurs(base string, rt http.RoundTripper) (typed, error) {
	c, err := opsgenie.New(apiKey, opsgenie.WithBaseURL(base), opsgenie.WithBase(rt))
	if err != nil {
		return typed{}, err
	}
	return typed{
		name: nameTyped,
		get: func(ctx context.Context) error {
			got, err := c.Alerts.Get(ctx, alert.ByAlias(alias))
			if err != nil {
				return err
			}
			return checkRead(got.Value.Message, got.Value.Owner, len(got.Value.Tags))
		},
		create: func(ctx context.Context) error {
			pending, err := c.Alerts.Create(ctx, alert.CreateRequest{
				Message: message, Alias: alias, Tags: []string{"disk", "eu"}, Details: map[string]string{"host": "storage-3"},
			})
			if err != nil {
				return err
			}
			return checkAccepted(pending.RequestID)
		},
	}, nil
}

// typedSDK is the official SDK with its log at the level of errors. It uses plain
// HTTP for a host without "api" in its name.
func typedSDK(base string, own *http.Client) (typed, error) {
	_, host, _ := strings.Cut(base, "://")
	cfg := &sdk.Config{ApiKey: apiKey, OpsGenieAPIURL: sdk.ApiUrl(host), HttpClient: own}
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
			return checkRead(got.Message, got.Owner, len(got.Tags))
		},
		create: func(ctx context.Context) error {
			got, err := c.Create(ctx, &official.CreateAlertRequest{
				Message: message, Alias: alias, Tags: []string{"disk", "eu"}, Details: map[string]string{"host": "storage-3"},
			})
			if err != nil {
				return err
			}
			return checkAccepted(got.RequestId)
		},
	}, nil
}

// The types of a program that does it by hand.
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
	writtenResponse[T any] struct {
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
			var got writtenResponse[writtenAlert]
			if err := exchange(own, req, &got); err != nil {
				return err
			}
			return checkRead(got.Data.Message, got.Data.Owner, len(got.Data.Tags))
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
			var got writtenResponse[struct{}]
			if err := exchange(own, req, &got); err != nil {
				return err
			}
			return checkAccepted(got.RequestID)
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

// officialSDK is the SDK as a way to send: whatever it is asked for, it reads an alert.
func officialSDK() contestant {
	reading := func(base string, own *http.Client) (client, error) {
		vendors, err := typedSDK(base, own)
		return client{get: func(ctx context.Context, _ string) (int, error) { return http.StatusOK, vendors.get(ctx) }}, err
	}
	return contestant{
		name: nameSDK, module: "github.com/opsgenie/opsgenie-go-sdk-v2",
		setup: "alert.NewClient with its own waits; its log at the level of errors, since it cannot be switched off",
		retry: func(base http.RoundTripper, _ policy) (client, error) {
			return reading(memoryOrigin, &http.Client{Transport: base})
		},
		shipped: func(server string) (client, error) { return reading(server, nil) },
	}
}
