package cli

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// A Profile holds the accounts that the commands use.
type Profile struct {
	Opsgenie Opsgenie `json:"opsgenie"`
	JSM      JSM      `json:"jsm"`

	// Fleet is the URL of the Redis through which programs share the limits of the accounts.
	Fleet string `json:"fleet"`

	// Account is the name of the account in the fleet; empty for one that follows from the key.
	Account string `json:"account"`
}

// Opsgenie is an account of Opsgenie.
type Opsgenie struct {
	Key    string `json:"key"`
	Region string `json:"region"` // us, eu or sandbox; us if empty
	URL    string `json:"url"`    // instead of a region
}

// JSM is a site of JSM Operations.
type JSM struct {
	Site           string `json:"site"`    // such as example.atlassian.net
	CloudID        string `json:"cloudId"` // instead of the site
	Email          string `json:"email"`
	Token          string `json:"token"`          // the API token of the account with the e-mail address
	OAuthToken     string `json:"oauthToken"`     // instead of both
	IntegrationKey string `json:"integrationKey"` // for the events of integrations
	Prefix         string `json:"prefix"`         // of the paths; empty for that of API tokens
	URL            string `json:"url"`            // of the API; empty for the real one
	EventsURL      string `json:"eventsUrl"`      // of the events of integrations; empty for the real one
}

// The environment variables of a profile.
const (
	EnvOpsgenieKey    = "OPSGENIE_API_KEY"
	EnvOpsgenieRegion = "OPSGENIE_REGION"
	EnvOpsgenieURL    = "OPSGENIE_API_URL"
	EnvSite           = "JSM_SITE"
	EnvCloudID        = "JSM_CLOUD_ID"
	EnvEmail          = "JSM_EMAIL"
	EnvToken          = "JSM_API_TOKEN"   //nolint:gosec // the name of a variable
	EnvOAuthToken     = "JSM_OAUTH_TOKEN" //nolint:gosec // the same
	EnvIntegrationKey = "JSM_INTEGRATION_KEY"
	EnvPrefix         = "JSM_PREFIX"
	EnvURL            = "JSM_API_URL"
	EnvEventsURL      = "JSM_EVENTS_URL"
	EnvFleet          = "TRIPWARE_FLEET"
	EnvAccount        = "TRIPWARE_FLEET_ACCOUNT"
	envProfile        = "TRIPWARE_PROFILE"
	envConfig         = "TRIPWARE_CONFIG"
)

// profiles is the content of the file.
type profiles struct {
	Default  string             `json:"default"` // used if no profile is named
	Profiles map[string]Profile `json:"profiles"`
}

// ConfigFile returns the name of the file with the profiles, which may not exist.
func (e *Env) ConfigFile() (string, error) {
	if name := e.Getenv(envConfig); name != "" {
		return name, nil
	}
	folder := e.Getenv("XDG_CONFIG_HOME")
	if folder == "" {
		var err error
		if folder, err = os.UserConfigDir(); err != nil {
			return "", fmt.Errorf("find the file with the profiles: %w; set %s to its name", err, envConfig)
		}
	}
	return filepath.Join(folder, "tripware", "config.json"), nil
}

// profile returns the profile with a name, from the file. Without a name it is that of the
// environment if given says that there is one, else the default of the file. The fleet of the
// environment counts for a profile that has none.
func (e *Env) profile(name string, given func(Profile) bool) (Profile, error) {
	name = cmp.Or(name, e.Getenv(envProfile))
	own := e.fromEnvironment()
	if name == "" && given(own) {
		return own, nil
	}
	file, err := e.ConfigFile()
	if err != nil {
		return own, err
	}
	all, err := readProfiles(file)
	switch {
	case errors.Is(err, fs.ErrNotExist) && name == "":
		return own, nil // what is missing is said by those who need it
	case errors.Is(err, fs.ErrNotExist):
		return own, fmt.Errorf("profile %q is not defined: the file %s does not exist", name, file)
	case err != nil:
		return own, err
	}
	found, ok := all.Profiles[cmp.Or(name, all.Default)]
	switch {
	case ok:
		found.Fleet, found.Account = cmp.Or(found.Fleet, own.Fleet), cmp.Or(found.Account, own.Account)
		return found, nil
	case name == "" && all.Default == "":
		return own, nil
	}
	return own, fmt.Errorf("%s has no profile %q; it has %s", file, cmp.Or(name, all.Default), listed(all.names()))
}

// ProfileNames returns the names of the profiles in the file, for completion.
func (e *Env) ProfileNames() []string {
	file, err := e.ConfigFile()
	if err != nil {
		return nil
	}
	all, err := readProfiles(file)
	if err != nil {
		return nil
	}
	return all.names()
}

func (p profiles) names() (names []string) {
	for name := range p.Profiles {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (e *Env) fromEnvironment() Profile {
	return Profile{
		Fleet:    e.Getenv(EnvFleet),
		Account:  e.Getenv(EnvAccount),
		Opsgenie: Opsgenie{Key: e.Getenv(EnvOpsgenieKey), Region: e.Getenv(EnvOpsgenieRegion), URL: e.Getenv(EnvOpsgenieURL)},
		JSM: JSM{
			Site: e.Getenv(EnvSite), CloudID: e.Getenv(EnvCloudID), Email: e.Getenv(EnvEmail), Token: e.Getenv(EnvToken),
			OAuthToken: e.Getenv(EnvOAuthToken), IntegrationKey: e.Getenv(EnvIntegrationKey),
			Prefix: e.Getenv(EnvPrefix), URL: e.Getenv(EnvURL), EventsURL: e.Getenv(EnvEventsURL),
		},
	}
}

// readProfiles reads the file, which only its owner may be able to read. Errors do not show
// what it holds.
func readProfiles(name string) (profiles, error) {
	var all profiles
	info, err := os.Stat(name)
	if err != nil {
		return all, err
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o077 != 0 {
		return all, fmt.Errorf("%s holds keys and has mode %04o, so that others can read it: run chmod 600 %s", name, mode, name)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return all, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&all); err != nil {
		return all, fmt.Errorf("%s cannot be read as profiles: %s", name, problem(err))
	}
	return all, nil
}

// problem returns what is wrong with a file of JSON without showing values.
func problem(err error) string {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("it is not valid JSON at byte %d", syntax.Offset)
	}
	if mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Sprintf("member %s must be of type %s", mismatch.Field, mismatch.Type)
	}
	if text := strings.TrimPrefix(err.Error(), "json: "); strings.HasPrefix(text, "unknown field ") {
		return text
	}
	return "it is not valid JSON"
}

// listed returns names for a sentence.
func listed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
