// Package simulate has the command that runs a simulated Opsgenie or JSM Operations.
package simulate

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/services/jsm/jsmtest"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

// A simulation holds the flags of the commands.
type simulation struct {
	*cli.Env

	limit  string
	faults float64
	delay  time.Duration
	plan   string
	at     string
	empty  bool
}

const long = `Runs a simulated %s on loopback with a sample account, and prints its address and a key
as environment variables, which the other commands read. It runs until Ctrl-C:

  tripware simulate %[2]s > env.sh &
  . ./env.sh

Around a command, it sets these variables for it and ends with it, with its exit code:

  tripware simulate %[2]s -- tripware %[2]s on-call now`

// Commands returns the command simulate, with one for each vendor below it.
func Commands(env *cli.Env) *cobra.Command {
	group := cli.Group(&cobra.Command{Use: "simulate", Short: "Run a simulated Opsgenie or JSM Operations on loopback"})
	group.AddCommand(
		command(env, "opsgenie", "Opsgenie", (*simulation).opsgenie),
		command(env, "jsm", "JSM Operations", (*simulation).jsm),
	)
	return group
}

// A server is a simulation that runs.
type server struct {
	variables map[string]string
	close     func()
}

func command(env *cli.Env, use, name string, start func(*simulation, context.Context) (*server, error)) *cobra.Command {
	s := &simulation{Env: env}
	c := &cobra.Command{
		Use:   use + " [-- COMMAND [ARGUMENT...]]",
		Short: "Run a simulated " + name,
		Long:  fmt.Sprintf(long, name, use),
		Args: func(c *cobra.Command, args []string) error {
			if c.ArgsLenAtDash() != 0 && len(args) > 0 {
				return cli.Usagef("unexpected argument %q: write -- before a command", args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			running, err := start(s, c.Context())
			if err != nil {
				return err
			}
			defer running.close()
			if len(args) > 0 {
				return s.Execute(c.Context(), args, running.variables)
			}
			return s.print(c.Context(), running, name)
		},
	}
	flags := c.Flags()
	flags.StringVar(&s.limit, "limit", "", "limit the requests of each domain, as in 500/s")
	flags.Float64Var(&s.faults, "faults", 0, "the share of requests that fail, from 0 to 1: 429, 5xx, resets, truncated responses")
	flags.DurationVar(&s.delay, "delay", 0, "the time after which asynchronous requests are processed; 0 counts requests instead")
	flags.StringVar(&s.plan, "plan", "", "the plan of the account, such as Standard")
	flags.StringVar(&s.at, "at", "", "the time of the server's clock at the beginning, as in RFC 3339; the default is now")
	flags.BoolVar(&s.empty, "empty", false, "begin with an empty account")
	return c
}

// print prints the variables and waits for the end.
func (s *simulation) print(ctx context.Context, running *server, name string) error {
	if _, err := fmt.Fprintf(s.Out, "# a simulated %s, until Ctrl-C\n", name); err != nil {
		return err
	}
	for _, variable := range slices.Sorted(maps.Keys(running.variables)) {
		if _, err := fmt.Fprintf(s.Out, "export %s=%s\n", variable, running.variables[variable]); err != nil {
			return err
		}
	}
	<-ctx.Done()
	return nil
}

// clock returns the server's clock, or nil for that of the computer.
func (s *simulation) clock() (func() time.Time, error) {
	if s.at == "" {
		return nil, nil //nolint:nilnil // the default
	}
	at, err := time.Parse(time.RFC3339, s.at)
	if err != nil {
		return nil, cli.Usagef("--at %q is not a time such as 2026-11-30T09:00:00Z", s.at)
	}
	ahead := time.Until(at)
	return func() time.Time { return time.Now().Add(ahead) }, nil
}

// perSecond reads the limit, such as 500/s or 600/m.
func (s *simulation) perSecond() (rate float64, burst int, err error) {
	number, unit, _ := strings.Cut(s.limit, "/")
	n, err := strconv.ParseFloat(number, 64)
	per := map[string]float64{"": 1, "s": 1, "m": 60}[unit]
	if err != nil || !(n > 0) || n > 1e9 || per == 0 {
		return 0, 0, cli.Usagef("--limit %q is not a rate such as 500/s or 600/m", s.limit)
	}
	return n / per, max(1, int(n/per)), nil
}

func (s *simulation) opsgenie(ctx context.Context) (*server, error) {
	opts := []opsgenietest.Option{opsgenietest.WithProcessingPolls(1)}
	if s.delay != 0 {
		opts = []opsgenietest.Option{opsgenietest.WithProcessingDelay(s.delay)}
	}
	now, err := s.clock()
	if err != nil {
		return nil, err
	}
	if now != nil {
		opts = append(opts, opsgenietest.WithClock(now))
	}
	if s.plan != "" {
		opts = append(opts, opsgenietest.WithPlan(s.plan))
	}
	if s.limit != "" {
		rate, burst, err := s.perSecond()
		if err != nil {
			return nil, err
		}
		for _, domain := range opsgenieDomains() {
			opts = append(opts, opsgenietest.WithRateLimit(domain, rate, burst))
		}
	}
	started, err := opsgenietest.Start(opts...)
	if err != nil {
		return nil, cli.Usagef("%w", err)
	}
	if !s.empty {
		if err := FillOpsgenie(ctx, started); err != nil {
			started.Close()
			return nil, err
		}
	}
	if s.faults > 0 {
		err = started.Storm(s.faults).Err()
	}
	return &server{close: started.Close, variables: map[string]string{
		cli.EnvOpsgenieURL: started.URL, cli.EnvOpsgenieKey: started.Key,
	}}, err
}

func opsgenieDomains() []opsgenietest.Domain {
	return []opsgenietest.Domain{
		opsgenietest.DomainAlert, opsgenietest.DomainSearch, opsgenietest.DomainIncident, opsgenietest.DomainHeartbeat,
		opsgenietest.DomainConfiguration, opsgenietest.DomainScheduleOnCall, opsgenietest.DomainIntegrationConfiguration,
		opsgenietest.DomainOther,
	}
}

func (s *simulation) jsm(ctx context.Context) (*server, error) {
	opts := []jsmtest.Option{jsmtest.WithProcessingPolls(1)}
	if s.delay != 0 {
		opts = []jsmtest.Option{jsmtest.WithProcessingDelay(s.delay)}
	}
	now, err := s.clock()
	if err != nil {
		return nil, err
	}
	if now != nil {
		opts = append(opts, jsmtest.WithClock(now))
	}
	if s.plan != "" {
		opts = append(opts, jsmtest.WithPlan(s.plan))
	}
	if s.limit != "" {
		rate, burst, err := s.perSecond()
		if err != nil {
			return nil, err
		}
		for _, domain := range []jsmtest.Domain{jsmtest.DomainAlert, jsmtest.DomainConfig, jsmtest.DomainEvents} {
			opts = append(opts, jsmtest.WithRateLimit(domain, rate, burst))
		}
	}
	started, err := jsmtest.Start(opts...)
	if err != nil {
		return nil, cli.Usagef("%w", err)
	}
	if !s.empty {
		if err := FillJSM(ctx, started); err != nil {
			started.Close()
			return nil, err
		}
	}
	if s.faults > 0 {
		err = started.Storm(s.faults).Err()
	}
	return &server{close: started.Close, variables: map[string]string{
		cli.EnvURL: started.URL, cli.EnvCloudID: started.CloudID, cli.EnvEmail: started.Email, cli.EnvToken: started.Token,
		cli.EnvEventsURL: started.EventsURL, cli.EnvIntegrationKey: started.Key,
	}}, err
}
