package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/cmd/tripware/internal/exit"
	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm"
	"github.com/tripware/tripware/services/jsm/events"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/transport/redact"
)

// A Session makes the clients of a command, from its profile and its flags.
type Session struct {
	*Env

	profileName string
	verbose     bool
	har         string
	retries     int
	timeout     time.Duration

	inspector *inspect.Inspector // nil without --har
	fleet     *fleet             // nil unless the profile has one

	// Notice prints a line beside what the command shows of its progress; nil for standard
	// error as it is. It must be safe for concurrent use.
	Notice func(text string)
}

// Bind adds the flags of a session to a command and those below it.
func (s *Session) Bind(c *cobra.Command) {
	flags := c.PersistentFlags()
	flags.StringVar(&s.profileName, "profile", "", "use this profile of the file instead of the environment")
	flags.BoolVarP(&s.verbose, "verbose", "v", false, "log each call and attempt to standard error, without secrets")
	flags.StringVar(&s.har, "har", "", "write the calls to `FILE` as an HTTP Archive, without secrets")
	flags.IntVar(&s.retries, "retry", defaultRetries, "how often a call is retried; 0 sends it once")
	flags.DurationVar(&s.timeout, "timeout", 0, "end after this time, such as 30s; 0 means no limit")
	_ = c.RegisterFlagCompletionFunc("profile", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return s.ProfileNames(), cobra.ShellCompDirectiveNoFileComp
	})
}

const defaultRetries = 5

// Run returns the RunE of a command: it runs do with the time limit, and then gives the
// shares of the fleet's limits back, and writes the archive of the calls if one is wanted.
func (s *Session) Run(do func(ctx context.Context, c *cobra.Command, args []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) (err error) {
		ctx := c.Context()
		if s.timeout > 0 {
			var cancel context.CancelFunc
			over := fmt.Errorf("the time of --timeout %v is over: %w", s.timeout, context.DeadlineExceeded)
			ctx, cancel = context.WithTimeoutCause(ctx, s.timeout, over)
			defer cancel()
		}
		defer func() { err = errors.Join(err, s.writeHAR()) }()
		defer s.closeFleet()
		return do(ctx, c, args)
	}
}

func (s *Session) writeHAR() error {
	if s.inspector == nil {
		return nil
	}
	return WriteFile(s.har, func(w io.Writer) error { return s.inspector.WriteHAR(w, nil) })
}

// WriteFile writes a file that only its owner can read.
func WriteFile(name string, write func(io.Writer) error) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) //nolint:forbidigo // the user names it
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}

// transport returns the options of the chain of each client.
func (s *Session) transport() []tripware.Option {
	opts := []tripware.Option{tripware.WithRetry(retry.WithMaxRetries(s.retries))}
	if s.Base != nil {
		opts = append(opts, tripware.WithBase(s.Base))
	}
	if s.verbose {
		opts = append(opts, tripware.WithLogger(s.logger()))
	}
	if s.har != "" {
		if s.inspector == nil {
			s.inspector = inspect.New(inspect.WithPhases(), inspect.WithKept(maxKept, maxKept, 0), inspect.WithMemory(maxMemory))
		}
		opts = append(opts, tripware.WithTracing(s.inspector.Calls()), tripware.PerAttempt(s.inspector.Attempts()))
	}
	return opts
}

// logger returns the logger of -v.
func (s *Session) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(s.Err, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// The most that an HTTP Archive holds.
const (
	maxKept   = 10_000
	maxMemory = 64 << 20
)

// Opsgenie returns a client of the account of Opsgenie. The options apply after those of the
// session.
func (s *Session) Opsgenie(opts ...opsgenie.Option) (*opsgenie.Client, error) {
	profile, err := s.profile(s.profileName, func(p Profile) bool { return p.Opsgenie != Opsgenie{} })
	if err != nil {
		return nil, usage(err)
	}
	account := profile.Opsgenie
	if account.Key == "" {
		return nil, s.missing("no API key of Opsgenie", "set "+EnvOpsgenieKey)
	}
	all := []opsgenie.Option{opsgenie.WithTransport(s.transport()...)}
	store, sharing, err := s.share(profile)
	if err != nil {
		return nil, err
	}
	if store != nil {
		all = append(all, opsgenie.WithFleet(store, sharing))
		if profile.Account != "" {
			all = append(all, opsgenie.WithAccount(profile.Account))
		}
	}
	if account.Region != "" {
		all = append(all, opsgenie.WithRegion(opsgenie.Region(account.Region)))
	}
	if account.URL != "" {
		all = append(all, opsgenie.WithBaseURL(account.URL))
	}
	client, err := opsgenie.New(account.Key, append(all, opts...)...)
	return client, usage(err)
}

// JSM returns a client of the site of JSM Operations. The options apply after those of the
// session.
func (s *Session) JSM(opts ...jsm.Option) (*jsm.Client, error) {
	profile, err := s.profile(s.profileName, func(p Profile) bool { return p.JSM != JSM{} })
	if err != nil {
		return nil, usage(err)
	}
	site := profile.JSM
	tenant := jsm.Site(site.Site)
	switch {
	case site.Site != "" && site.CloudID != "":
		return nil, usage(fmt.Errorf("the profile has a site and a cloud id: leave one out, such as %s", EnvSite))
	case site.CloudID != "":
		tenant = jsm.CloudID(site.CloudID)
	case site.Site == "":
		return nil, s.missing("no site of JSM Operations", "set "+EnvSite+", such as example.atlassian.net, or "+EnvCloudID)
	}
	var credential auth.Source
	switch {
	case site.OAuthToken != "":
		credential = auth.Bearer(redact.NewSecret(site.OAuthToken))
	case site.Email != "" && site.Token != "":
		credential = auth.Basic(site.Email, redact.NewSecret(site.Token))
	default:
		return nil, s.missing("no credential of JSM Operations", "set "+EnvEmail+" and "+EnvToken+", or "+EnvOAuthToken)
	}
	all := []jsm.Option{jsm.WithTransport(s.transport()...)}
	store, sharing, err := s.share(profile)
	if err != nil {
		return nil, err
	}
	if store != nil {
		all = append(all, jsm.WithFleet(store, sharing))
		if profile.Account != "" {
			all = append(all, jsm.WithAccount(profile.Account))
		}
	}
	if site.Prefix != "" {
		all = append(all, jsm.WithPrefix(jsm.Prefix(site.Prefix)))
	}
	if site.URL != "" {
		all = append(all, jsm.WithBaseURL(site.URL))
	}
	client, err := jsm.New(tenant, credential, append(all, opts...)...)
	return client, usage(err)
}

// Events returns a client of the events of integrations.
func (s *Session) Events() (*events.Client, error) {
	profile, err := s.profile(s.profileName, func(p Profile) bool { return p.JSM != JSM{} })
	if err != nil {
		return nil, usage(err)
	}
	if profile.JSM.IntegrationKey == "" {
		return nil, s.missing("no key of an integration", "set "+EnvIntegrationKey)
	}
	all := []events.Option{events.WithTransport(s.transport()...)}
	if profile.JSM.EventsURL != "" {
		all = append(all, events.WithBaseURL(profile.JSM.EventsURL))
	}
	client, err := events.New(profile.JSM.IntegrationKey, all...)
	return client, usage(err)
}

// missing returns the error that a setting is missing, with the two ways to give it.
func (s *Session) missing(what, how string) error {
	text := fmt.Sprintf("%s: %s", what, how)
	if file, err := s.ConfigFile(); err == nil {
		text += ", or write a profile to " + file
	}
	return usage(errors.New(text))
}

// usage gives an error the exit code of a wrong command, unless it is nil.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return &exit.Error{Code: exit.Usage, Err: err}
}

// Usagef returns an error that the command, a flag or a request is wrong.
func Usagef(format string, args ...any) error { return usage(fmt.Errorf(format, args...)) }

// A Vendor gives the clients of typed calls of one vendor.
type Vendor interface {
	// Core returns the client for the operations of a domain, as the tables of operations
	// name it.
	Core(domain string) (*services.Client, error)
}

// OpsgenieVendor gives the client of Opsgenie. It is made once.
type OpsgenieVendor struct {
	*Session

	client *opsgenie.Client
}

// Core returns the client, whatever the domain.
func (v *OpsgenieVendor) Core(string) (*services.Client, error) {
	if v.client == nil {
		client, err := v.Opsgenie()
		if err != nil {
			return nil, err
		}
		v.client = client
	}
	return v.client.Core(), nil
}

// The APIs of JSM Operations that have a prefix of their own, and for which package jsm has no
// methods.
const (
	Incidents   = "incidents"
	StatusPages = "sc"
)

// JSMVendor gives the clients of JSM Operations. They are made once.
type JSMVendor struct {
	*Session

	clients map[jsm.Prefix]*jsm.Client
	events  *events.Client
}

// Core returns the client of ops, services, events, [Incidents], [StatusPages], or of a prefix
// such as /jsm/ops/api/{cloudId}.
func (v *JSMVendor) Core(domain string) (_ *services.Client, err error) {
	if domain == "events" {
		if v.events == nil {
			if v.events, err = v.Events(); err != nil {
				return nil, err
			}
		}
		return v.events.Core(), nil
	}
	var prefix jsm.Prefix // empty for that of the profile, or the default
	switch domain {
	case "ops", "services":
	case Incidents:
		prefix = "/jsm/incidents/cloudId/{cloudId}"
	case StatusPages:
		prefix = "/jsm/ops/stakeholder-comms/cloudId/{cloudId}/api"
	default:
		prefix = jsm.Prefix(domain)
	}
	client := v.clients[prefix]
	if client == nil {
		var opts []jsm.Option
		if prefix != "" {
			opts = append(opts, jsm.WithPrefix(prefix))
		}
		if client, err = v.JSM(opts...); err != nil {
			return nil, err
		}
		if v.clients == nil {
			v.clients = map[jsm.Prefix]*jsm.Client{}
		}
		v.clients[prefix] = client
	}
	if domain == "services" {
		return client.RegistryCore(), nil
	}
	return client.Core(), nil
}

// Elsewhere returns the region in which the key of Opsgenie is valid, other than that of the
// profile, or the empty string. It sends the key to the vendor's other regions.
func (s *Session) Elsewhere(ctx context.Context) string {
	profile, err := s.profile(s.profileName, func(p Profile) bool { return p.Opsgenie != Opsgenie{} })
	if err != nil || profile.Opsgenie.URL != "" {
		return ""
	}
	for _, region := range []opsgenie.Region{opsgenie.US, opsgenie.EU, opsgenie.Sandbox} {
		if string(region) == cmp.Or(profile.Opsgenie.Region, string(opsgenie.US)) {
			continue
		}
		client, err := opsgenie.New(profile.Opsgenie.Key, opsgenie.WithRegion(region), opsgenie.WithTransport(s.transport()...))
		if err != nil {
			return ""
		}
		if _, err := client.Account.Get(ctx); err == nil {
			return string(region)
		}
	}
	return ""
}
