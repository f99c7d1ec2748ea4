package ops

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tripware/tripware/services"
)

// An outcome is what the status of an asynchronous request says.
type outcome struct {
	raw       json.RawMessage
	succeeded bool
	processed bool
	action    string
	sentence  string
	entity    string
}

// UnmarshalJSON reads the forms of all services and keeps the text.
func (o *outcome) UnmarshalJSON(raw []byte) error {
	var status struct {
		IsSuccess, Success                                  bool
		ProcessedAt                                         json.RawMessage
		Action, Status                                      string
		AlertID, IncidentID, DeploymentID, EntityID, TeamID string
	}
	if err := json.Unmarshal(raw, &status); err != nil { // names in any case
		return err
	}
	*o = outcome{
		raw: slices.Clone(raw), succeeded: status.IsSuccess || status.Success, action: status.Action, sentence: status.Status,
		entity: cmp.Or(status.AlertID, status.IncidentID, status.DeploymentID, status.EntityID, status.TeamID),
	}
	at := string(status.ProcessedAt)
	o.processed = o.succeeded || at != "" && at != "null" && at != `""`
	return nil
}

// Processed reports whether the request was processed.
func (o outcome) Processed() bool { return o.processed }

// EntityID returns the id of what the request was about.
func (o outcome) EntityID() string { return o.entity }

// Failure returns why the request failed, or nil.
func (o outcome) Failure() error {
	if o.succeeded {
		return nil
	}
	return fmt.Errorf("%s failed: %s", cmp.Or(strings.ToLower(o.action), "the request"), cmp.Or(o.sentence, "the server gave no reason"))
}

type (
	pending = services.Pending[outcome, json.RawMessage]
	tracker = services.Tracker[outcome, json.RawMessage, pending]
)

var errNoEntity = errors.New("nothing is read after the wait")

// follower returns the tracker of a service's asynchronous operations, or nil if the service
// does not tell their outcome.
func follower(c *services.Client, all []Operation, o Operation, path map[string]string) *tracker {
	i := slices.IndexFunc(all, func(s Operation) bool { return s.Service == o.Service && s.Name == "GetRequestStatus" })
	if i < 0 || o.Domain == "events" {
		return nil
	}
	names := all[i].Arguments()
	id := names[len(names)-1]
	none := func(context.Context, string) (*services.Result[json.RawMessage], error) { return nil, errNoEntity }
	t := services.NewTracker(c, all[i].Route(), func(p *pending) *pending { return p }, none)
	return t.WithStatusRequest(func(requestID string) any {
		r := Request{Path: map[string]string{id: requestID}}
		for _, name := range names[:len(names)-1] {
			r.Path[name] = path[name]
		}
		in, _ := r.input() // it has no body, which alone could fail
		return in
	})
}

// accept sends an asynchronous operation. It returns what was accepted, to wait for it.
func accept(ctx context.Context, t *tracker, o Operation, r Request) (*pending, error) {
	in, err := r.input()
	if err != nil {
		return nil, err
	}
	return t.Accept(ctx, o.Route(), in, o.repeat(r.members()))
}

// An accepted is what is printed of a request that the server accepted.
type accepted struct {
	Result    string `json:"result,omitempty"`
	RequestID string `json:"requestId"`
}

func describe(meta services.Metadata, id string) json.RawMessage {
	text, err := json.Marshal(accepted{meta.Result, cmp.Or(id, meta.RequestID)})
	if err != nil {
		return nil // it consists of strings
	}
	return text
}
