package ops

import (
	"context"
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/services"
)

// A duty is who is on call in one schedule, in the form of both vendors.
type duty struct {
	Schedule   string   `json:"schedule"`
	OnCall     []string `json:"onCall"` // usernames, or account ids in JSM Operations
	ScheduleID string   `json:"scheduleId"`
}

// now returns the command that prints who is on call.
func (s *Set) now() *cobra.Command {
	var output cli.Output
	c := &cobra.Command{
		Use:   "now",
		Short: "Print who is on call in each schedule",
		Args:  cli.Arguments(),
		RunE: s.Session.Run(func(ctx context.Context, c *cobra.Command, _ []string) (err error) {
			p, err := output.Printer(c.OutOrStdout(), "schedule", "onCall")
			if err != nil {
				return err
			}
			defer func() {
				if closeErr := p.Close(); err == nil {
					err = closeErr
				}
			}()
			if _, all := s.Find("OnCall.List"); all {
				return s.allDuties(ctx, p)
			}
			return s.duties(ctx, p)
		}),
	}
	output.Bind(c)
	return c
}

// allDuties reads all schedules by one operation of Opsgenie.
func (s *Set) allDuties(ctx context.Context, p *cli.Printer) error {
	o, _ := s.Find("OnCall.List")
	core, err := s.Vendor.Core(o.Domain)
	if err != nil {
		return err
	}
	for page, err := range pages(ctx, core, o, Request{Query: map[string]string{"flat": "true"}}) {
		if err != nil {
			return err
		}
		found := make([]json.RawMessage, 0, len(page))
		for _, row := range page {
			var r struct {
				Parent struct {
					ID   string `json:"id"`
					Name string `json:"name"`
				} `json:"_parent"`
				Recipients []string `json:"onCallRecipients"`
			}
			if err := json.Unmarshal(row, &r); err != nil {
				return err
			}
			found = append(found, duty{r.Parent.Name, r.Recipients, r.Parent.ID}.raw())
		}
		if err := p.Rows(found); err != nil {
			return err
		}
	}
	return nil
}

// duties reads one schedule after the other, as JSM Operations needs it.
func (s *Set) duties(ctx context.Context, p *cli.Printer) error {
	list, _ := s.Find("Schedules.List")
	one, _ := s.Find("OnCalls.Get")
	core, err := s.Vendor.Core(list.Domain)
	if err != nil {
		return err
	}
	for row, err := range items(ctx, core, list, Request{}) {
		if err != nil {
			return err
		}
		var schedule struct{ ID, Name string }
		if err := json.Unmarshal(row, &schedule); err != nil {
			return err
		}
		users, err := onCallIn(ctx, core, one, schedule.ID)
		if err != nil {
			return err
		}
		if err := p.Rows([]json.RawMessage{duty{schedule.Name, users, schedule.ID}.raw()}); err != nil {
			return err
		}
	}
	return nil
}

func onCallIn(ctx context.Context, core *services.Client, one Operation, id string) ([]string, error) {
	got, err := do(ctx, core, one, Request{Path: map[string]string{"scheduleId": id}, Query: map[string]string{"flat": "true"}})
	if err != nil {
		return nil, err
	}
	var found struct {
		Users []string `json:"onCallUsers"`
	}
	if err := json.Unmarshal(got.Raw(), &found); err != nil {
		return nil, err
	}
	return found.Users, nil
}

func (d duty) raw() json.RawMessage {
	if d.OnCall == nil {
		d.OnCall = []string{}
	}
	text, err := json.Marshal(d)
	if err != nil {
		return nil // it consists of strings
	}
	return text
}
