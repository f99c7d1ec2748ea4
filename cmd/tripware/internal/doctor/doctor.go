// Package doctor has the command that examines an account: the key, the region, the rights,
// the clock and the limits.
package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/cmd/tripware/internal/exit"
	"github.com/tripware/tripware/cmd/tripware/internal/ops"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
)

// A probe is a request that reads little and tells whether the key may read a domain.
type probe struct {
	name      string // shown
	operation string
	query     map[string]string
}

// opsgenieProbes are one for each rate-limit domain that has an operation that only reads.
func opsgenieProbes() []probe {
	return []probe{
		{"configuration", "Teams.List", nil},
		{"search", "Alerts.List", map[string]string{"limit": "1"}},
		{"alert", "Alerts.Count", nil},
		{"incident", "Incidents.List", map[string]string{"limit": "1"}},
		{"heartbeat", "Heartbeats.List", nil},
		{"schedule-oncall", "OnCall.List", map[string]string{"flat": "true"}},
		{"other", "IncidentTemplates.List", nil},
	}
}

func jsmProbes() []probe {
	return []probe{
		{"alerts", "Alerts.List", map[string]string{"size": "1"}},
		{"teams", "Teams.List", nil},
		{"schedules", "Schedules.List", map[string]string{"size": "1"}},
		{"integrations", "Integrations.List", map[string]string{"size": "1"}},
		{"services", "Services.List", map[string]string{"size": "1"}},
	}
}

// A row is the result of one probe.
type row struct {
	Domain string `json:"domain"`
	Result string `json:"result"` // ok, forbidden, or what went wrong
	Limit  string `json:"limit"`  // what the server says of its rate limit
	Detail string `json:"detail,omitempty"`
}

// A report is what the command prints.
type report struct {
	Key     string `json:"key"`
	Address string `json:"address"`
	Account string `json:"account,omitempty"`
	Clock   string `json:"clock"`
	Fleet   string `json:"fleet,omitempty"` // whether its store can be reached; empty without one
	Rows    []row  `json:"domains"`
}

// Opsgenie returns the command for Opsgenie. Elsewhere returns the region in which the key is
// valid, or the empty string; it is asked if the key is refused.
func Opsgenie(s *ops.Set, elsewhere func(context.Context) string) *cobra.Command {
	return command(s, "Examine the key, the region, the rights, the clock and the limits of an account of Opsgenie",
		func(ctx context.Context, r *report) error {
			got, err := s.Send(ctx, "Account.Get", ops.Request{})
			if err != nil {
				return refusal(ctx, err, elsewhere)
			}
			var account struct {
				Name      string
				UserCount int
				Plan      struct{ Name string }
			}
			if err := json.Unmarshal(got.Raw(), &account); err == nil {
				r.Account = fmt.Sprintf("%s, %d users, plan %s", account.Name, account.UserCount, account.Plan.Name)
			}
			r.note(got.Meta)
			return nil
		}, opsgenieProbes())
}

// refusal returns the error of a refused key, with the region where it is valid if there is one.
func refusal(ctx context.Context, err error, elsewhere func(context.Context) string) error {
	if !errors.Is(err, services.ErrUnauthorised) && !errors.Is(err, services.ErrForbidden) && !errors.Is(err, services.ErrInvalid) {
		return err
	}
	if region := elsewhere(ctx); region != "" {
		return fmt.Errorf("the key is not valid here, but it is in the region %s: set %s=%s", region, cli.EnvOpsgenieRegion, region)
	}
	return fmt.Errorf("the key is refused: %w", err)
}

// JSM returns the command for JSM Operations.
func JSM(s *ops.Set) *cobra.Command {
	return command(s, "Examine the credential, the rights, the clock and the limits of a site of JSM Operations",
		func(ctx context.Context, r *report) error {
			got, err := s.Send(ctx, "Teams.List", ops.Request{})
			if errors.Is(err, services.ErrForbidden) {
				return nil // the row says it; the credential is valid
			}
			if err != nil {
				return err
			}
			r.note(got.Meta)
			return nil
		}, jsmProbes())
}

// note records what the first response says of the address and the clock.
func (r *report) note(meta services.Metadata) {
	r.Key, r.Address, r.Clock = "valid", meta.URL(), clock(meta.Header(), time.Now())
}

// clock returns how much the clock of this computer differs from the server's.
func clock(header http.Header, now time.Time) string {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return "unknown, since the server sent no date"
	}
	const exact = 2 * time.Second // a date has whole seconds
	switch off := now.Sub(date).Round(time.Second); {
	case off > exact:
		return fmt.Sprintf("%v ahead of the server's", off)
	case off < -exact:
		return fmt.Sprintf("%v behind the server's", -off)
	}
	return "agrees with the server's"
}

func command(s *ops.Set, short string, begin func(context.Context, *report) error, probes []probe) *cobra.Command {
	var output cli.Output
	c := &cobra.Command{
		Use:   "doctor",
		Short: short,
		Long:  short + ".\nIt only reads. The exit code is 6 if something is forbidden.",
		Args:  cli.Arguments(),
	}
	output.Bind(c)
	c.RunE = s.Session.Run(func(ctx context.Context, c *cobra.Command, _ []string) error {
		p, err := output.Printer(c.OutOrStdout())
		if err != nil {
			return err
		}
		r := &report{Key: "valid", Clock: "unknown"}
		if err := begin(ctx, r); err != nil {
			return err
		}
		lacking := 0
		for _, one := range probes {
			found := one.run(ctx, s)
			if found.Result != ok && found.Result != notFound {
				lacking++
			}
			r.Rows = append(r.Rows, found)
		}
		r.Fleet = s.Session.Fleet(ctx)
		if err := r.print(c, p, &output); err != nil {
			return err
		}
		if lacking > 0 {
			return &exit.Error{Code: exit.Partial, Err: fmt.Errorf("%d of %d domains cannot be read", lacking, len(probes))}
		}
		return nil
	})
	return c
}

// The results that leave nothing to do: the domain can be read, or the server does not have it.
const (
	ok       = "ok"
	notFound = "not found"
)

// run sends the request of a probe.
func (p probe) run(ctx context.Context, s *ops.Set) row {
	got, err := s.Send(ctx, p.operation, ops.Request{Query: p.query})
	r := row{Domain: p.name, Result: ok}
	if err == nil {
		r.Limit = limit(got.Meta.RateLimit)
		return r
	}
	failed, _ := errors.AsType[*services.Error](err)
	if failed != nil {
		r.Limit, r.Detail = limit(failed.RateLimit), failed.Message
	}
	switch {
	case errors.Is(err, services.ErrForbidden):
		r.Result = "forbidden"
	case errors.Is(err, services.ErrPlan):
		r.Result = "not in the plan"
	case errors.Is(err, services.ErrUnauthorised):
		r.Result = "not authorised"
	case errors.Is(err, services.ErrNotFound):
		r.Result = notFound
	case errors.Is(err, services.ErrThrottled):
		r.Result = "throttled"
	default:
		r.Result, r.Detail = "failed", err.Error()
	}
	return r
}

// limit returns what a response says of the server's rate limit.
func limit(r transport.RateLimit) string {
	switch {
	case r.State != "":
		return r.State
	case r.HasQuota && r.Limit > 0:
		return fmt.Sprintf("%d of %d left", r.Remaining, r.Limit)
	case r.HasQuota:
		return fmt.Sprintf("%d left", r.Remaining)
	}
	return "not told"
}

// print prints the report: as tables, or as one value.
func (r *report) print(c *cobra.Command, p *cli.Printer, output *cli.Output) error {
	if !output.Table() {
		text, err := json.Marshal(r)
		if err != nil {
			return err
		}
		return p.Value(text)
	}
	head := [][]string{{"KEY", r.Key}, {"ADDRESS", r.Address}}
	if r.Account != "" {
		head = append(head, []string{"ACCOUNT", r.Account})
	}
	head = append(head, []string{"CLOCK", r.Clock})
	if r.Fleet != "" {
		head = append(head, []string{"FLEET", r.Fleet})
	}
	if err := cli.Table(c.OutOrStdout(), nil, head); err != nil {
		return err
	}
	if _, err := io.WriteString(c.OutOrStdout(), "\n"); err != nil {
		return err
	}
	var rows [][]string
	for _, one := range r.Rows {
		rows = append(rows, []string{one.Domain, one.Result, one.Limit, one.Detail})
	}
	return cli.Table(c.OutOrStdout(), []string{"DOMAIN", "READING", "LIMIT", "DETAIL"}, rows)
}
