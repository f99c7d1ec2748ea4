package clients

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "store what was measured") //nolint:gochecknoglobals // a flag of every test of a client

// patience is how long one call may take, with the waits of the client.
const patience = 30 * time.Second

// Run measures clients, in parallel, and compares each with its stored row; with -update it
// stores the rows. In either case a test fails if [Measure] does.
func Run(t *testing.T, table []Client) {
	t.Helper()
	require.NotEmpty(t, table)
	for _, c := range table {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			got, err := Measure(t.Context(), c)
			require.NoError(t, err)
			if *update {
				require.NoError(t, got.store())
				return
			}
			stored, err := load(got.file())
			require.NoError(t, err, "make clients stores it")
			require.Equal(t, stored, got, "the row differs from the stored one: if that is right, make clients stores it")
		})
	}
}

// Measure lets a client make its call in each scene and returns its row. The error says in
// which scenes the call with the recommended lines is not as it should be: it sends more
// or less than planned and the client does not say why, its attempts differ in their
// bodies, it fails although it should not or the reverse, or its record is not found.
func Measure(ctx context.Context, c Client) (Row, error) {
	if err := c.check(); err != nil {
		return Row{}, err
	}
	lines, err := recommended(c.After)
	if err != nil {
		return Row{}, err
	}
	version, err := versionOf(c.Module)
	if err != nil {
		return Row{}, err
	}
	row := Row{
		Client: c.Name, Module: c.Module, Version: version,
		Lines: lines, Own: c.Own, Record: c.Record, Off: c.Off, On: c.On, Cannot: c.Cannot,
	}
	before := c.Before
	if before == nil {
		before = c.After
	}
	var errs []error
	for _, s := range scenes() {
		m := Measured{Scene: s.Name, Planned: s.Planned, Skipped: c.Skip[s.Name], Why: c.Why[s.Name]}
		if m.Skipped == "" {
			var outcome Outcome
			if m.Before, _, err = c.play(ctx, s, before); err != nil {
				errs = append(errs, fmt.Errorf("%s, scene %s, before: %w", c.Name, s.Name, err))
			}
			if m.After, outcome, err = c.play(ctx, s, c.After); err == nil {
				err = c.judge(s, m, outcome)
			}
			if err != nil {
				errs = append(errs, fmt.Errorf("%s, scene %s: %w", c.Name, s.Name, err))
			}
		}
		row.Scenes = append(row.Scenes, m)
	}
	return row, errors.Join(errs...)
}

// judge returns what is wrong with a call that was made with the recommended lines.
func (c Client) judge(s Scene, m Measured, o Outcome) error {
	if m.After.Bodies == "differ" {
		return errors.New("the attempts have different bodies")
	}
	switch record, found := o.record(); {
	case record == nil:
		return errors.Join(errors.New("the record of the call was not found"), o.Err)
	case c.Record != "" && !strings.Contains(c.Record, found):
		return fmt.Errorf("the record was found by %s instead of %s", found, c.Record)
	case record.AttemptCount() != m.After.Requests:
		return fmt.Errorf("the record has %d attempts, and the server saw %d requests", record.AttemptCount(), m.After.Requests)
	}
	if m.Why != "" {
		if m.After.Requests == s.Planned {
			return fmt.Errorf("the %d requests are as planned: remove the reason why they are not", s.Planned)
		}
		return nil
	}
	if m.After.Requests != s.Planned {
		return errors.Join(fmt.Errorf("%d requests instead of %d", m.After.Requests, s.Planned), o.Err)
	}
	if failed := o.Err != nil || o.Response != nil && o.Response.StatusCode >= http.StatusBadRequest; failed != s.Fails {
		return errors.Join(fmt.Errorf("the call failed is %t, and should be %t", failed, s.Fails), o.Err)
	}
	return nil
}

// play lets a call meet a scene.
func (c Client) play(ctx context.Context, s Scene, call Call) (Played, Outcome, error) {
	actor := &server{scene: s, client: c}
	web := httptest.NewServer(actor)
	defer web.Close()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	// A request on a connection that was used before would be sent again by net/http itself.
	base := &http.Transport{DisableKeepAlives: true}
	outcome := call(ctx, Site{URL: web.URL, Base: base, Source: s.source(), Scene: s.Name})
	if ctx.Err() != nil {
		return Played{}, outcome, errors.Join(fmt.Errorf("the call took longer than %s", patience), outcome.Err)
	}
	played, err := actor.sent()
	_, played.Record = outcome.record()
	return played, outcome, err
}
