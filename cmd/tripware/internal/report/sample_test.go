package report_test

import (
	"encoding/json"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/cmd/tripware/internal/archive"
	"github.com/tripware/tripware/cmd/tripware/internal/report"
)

// A sample is an export in memory. Its rows are written as the files of an export are.
type sample []string

// rows returns the rows of a kind.
func (s sample) rows(t *testing.T) report.Rows {
	t.Helper()
	var all []archive.Row
	for _, text := range s {
		var row archive.Row
		require.NoError(t, json.Unmarshal([]byte(text), &row), text)
		all = append(all, row)
	}
	return func(kind string) iter.Seq2[archive.Row, error] {
		return func(yield func(archive.Row, error) bool) {
			for _, row := range all {
				if row.Kind == kind && !yield(row, nil) {
					return
				}
			}
		}
	}
}

// manifest returns the manifest of the sample, with counts that were made by hand.
func (s sample) manifest(kinds ...archive.KindCount) *archive.Manifest {
	return &archive.Manifest{
		Format: 1, Account: "Acme & Söhne", Started: time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC),
		Finished: time.Date(2026, 11, 27, 8, 5, 0, 0, time.UTC), Kinds: kinds,
		Missing: []archive.Missing{
			{Kind: "teams", ID: "t2", Name: "Network", Part: "roles", Status: 403, Reason: "403 Forbidden: no right"},
			{Kind: "saved-searches", Status: 422, Reason: "422 Unprocessable Entity"},
		},
		Unlisted: []archive.Unlisted{{Kind: "deployments", Reason: "the API has no list of deployments"}},
	}
}

// account returns an account with something of every kind that is judged in a way of its own.
func account() (sample, []archive.KindCount) {
	return sample{
			`{"kind":"account","id":"Acme","data":{"name":"Acme","userCount":2}}`,
			`{"kind":"teams","id":"t1","name":"Storage","data":{"id":"t1","name":"Storage","members":[
				{"user":{"id":"u1","username":"ada@example.com"},"role":"admin"},{"user":{"id":"u9"},"role":"user"}]},
				"parts":{"roles":[{"listed":{"id":"r1","name":"lead"}}],
				"routing-rules":[{"listed":{"id":"rr1","name":"urgent","notify":{"type":"escalation","id":"e1"}}},
				{"listed":{"id":"rr2","name":"Default Routing Rule","isDefault":true,"notify":{"type":"none"}}}]}}`,
			`{"kind":"teams","id":"t2","name":"Network","data":{"id":"t2","name":"Network"}}`,
			`{"kind":"teams","id":"t3","name":"<script>alert(1)</script>","data":{"id":"t3","name":"<script>alert(1)</script>"}}`,
			`{"kind":"users","id":"u1","name":"ada@example.com","data":{"id":"u1","username":"Ada@example.com"},
				"parts":{"contacts":[{"listed":{"id":"c1","method":"sms","to":"44-2079460000"}}],
				"notification-rules":[{"data":{"id":"n1","name":"New alerts"},"parts":{"steps":[
				{"listed":{"id":"s1","contact":{"method":"email","to":"ada@example.com"}}}]}}],
				"teams":[{"listed":{"id":"t1","name":"Storage"}}]}}`,
			`{"kind":"users","id":"u2","name":"bob@example.com","data":{"id":"u2","username":"bob@example.com"}}`,
			`{"kind":"schedules","id":"s1","name":"Storage on call","data":{"id":"s1","name":"Storage on call","timezone":"Europe/London",
				"enabled":true,"ownerTeam":{"id":"t1","name":"Storage"},"rotations":[{"id":"ro1"}]},
				"parts":{"rotations":[
				{"listed":{"id":"ro1","name":"days","type":"weekly","length":1,"startDate":"2026-01-05T08:00:00Z",
				"participants":[{"type":"user","id":"u1","username":"ada@example.com"},{"type":"none"}]}},
				{"listed":{"id":"ro2","name":"nights","type":"daily","length":1,"startDate":"2026-01-05T08:00:00Z",
				"participants":[{"type":"user","username":"gone@example.com"},{"type":"escalation","name":"Ladder"},{"type":"team","id":"t7"}]}}],
				"overrides":[{"listed":{"alias":"swap","user":{"type":"user","id":"u2"},"rotations":[{"id":"ro1"}],
				"startDate":"2026-12-01T08:00:00Z","endDate":"2026-12-02T08:00:00Z"}}],
				"on-calls":[{"data":{"onCallParticipants":[]}}]}}`,
			`{"kind":"schedules","id":"s2","name":"Odd","data":{"id":"s2","name":"Odd","enabled":true,"mode":{"of":1},"ownerTeam":{"id":"t8"}}}`,
			`{"kind":"escalations","id":"e1","name":"Ladder","data":{"id":"e1","name":"Ladder","ownerTeam":{"name":"Storage"},"rules":[
				{"condition":"if-not-acked","notifyType":"default","delay":{"timeAmount":0,"timeUnit":"minutes"},"recipient":{"type":"user","id":"u1"}},
				{"condition":"if-not-acked","notifyType":"default","delay":{"timeAmount":5,"timeUnit":"minutes"},"recipient":{"type":"escalation","id":"e1"}}]}}`,
			`{"kind":"escalations","id":"e2","name":"Plain","data":{"id":"e2","name":"Plain","ownerTeam":{"id":"t1"},"rules":[
				{"condition":"if-not-acked","notifyType":"default","delay":{"timeAmount":5,"timeUnit":"minutes"},"recipient":{"type":"schedule","id":"s1"}}]}}`,
			`{"kind":"heartbeats","id":"backup","name":"backup","data":{"name":"backup","interval":1,"intervalUnit":"days","enabled":true,
				"expired":false,"ownerTeam":{"id":"t2"}}}`,
			`{"kind":"heartbeats","id":"orphan","name":"orphan","data":{"name":"orphan","interval":1,"intervalUnit":"days","enabled":true}}`,
			`{"kind":"heartbeats","id":"torn","name":"torn","data":["not","an","object"]}`,
			`{"kind":"integrations","id":"i1","name":"API \"><img src=x onerror=alert(2)>","data":{"id":"i1","type":"API","enabled":true,
				"apiKey":"key-that-must-not-appear","ownerTeam":{"id":"t1"}},
				"parts":{"actions":[{"data":{"create":[{"name":"a"},{"name":"b"}],"close":[],"_parent":{"id":"i1"}}}]}}`,
			`{"kind":"integrations","id":"i2","name":"Datadog","data":{"id":"i2","type":"Datadog","enabled":false,"teamId":"t2"}}`,
			`{"kind":"alert-policies","id":"p1","name":"Tag","data":{"id":"p1","name":"Tag","teamId":"t1"}}`,
			`{"kind":"policies-v1","id":"p1","name":"Old","data":{"id":"p1","name":"Old"}}`,
			`{"kind":"services","id":"v1","name":"Checkout","data":{"id":"v1","name":"Checkout","teamId":"t2"},
				"parts":{"incident-rules":[{"listed":{"id":"ir1"}}]}}`,
			`{"kind":"user-roles","id":"ur1","name":"auditor","data":{"id":"ur1","name":"auditor"}}`,
			`{"kind":"alerts","id":"a1","name":"Disk full","data":{"id":"a1","message":"Disk full"},
				"parts":{"notes":[{"listed":{"note":"x"}},{"listed":{"note":"y"}}]}}`,
			`{"kind":"robots","id":"b1","name":"of a newer program","data":{"id":"b1"},"parts":{"arms":[{"listed":{}}]}}`,
		}, []archive.KindCount{
			{Kind: "account", Rows: 1},
			{Kind: "teams", Rows: 3, Parts: map[string]int{"roles": 1, "routing-rules": 2}, Missing: 1},
			{Kind: "users", Rows: 2, Parts: map[string]int{"contacts": 1, "notification-rules": 1, "notification-rules/steps": 1, "teams": 1}},
			{Kind: "schedules", Rows: 2, Parts: map[string]int{"rotations": 2, "overrides": 1, "on-calls": 1}},
			{Kind: "escalations", Rows: 2}, {Kind: "heartbeats", Rows: 3},
			{Kind: "integrations", Rows: 2, Parts: map[string]int{"actions": 1}},
			{Kind: "alert-policies", Rows: 1}, {Kind: "policies-v1", Rows: 1},
			{Kind: "services", Rows: 1, Parts: map[string]int{"incident-rules": 1}},
			{Kind: "user-roles", Rows: 1}, {Kind: "saved-searches", Missing: 1},
			{Kind: "alerts", Rows: 1, Parts: map[string]int{"notes": 2}}, {Kind: "incidents", Left: "--incidents"},
			{Kind: "robots", Rows: 1, Parts: map[string]int{"arms": 1}},
		}
}
