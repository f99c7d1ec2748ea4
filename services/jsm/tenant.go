package jsm

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"github.com/tripware/tripware/internal/mistake"
)

// A Tenant is the site whose data a client uses. [Site] and [CloudID] return one; the zero
// value is refused by [New].
type Tenant struct {
	host    string
	cloudID string
	byHost  bool
}

// Site returns the tenant by the host of its site, such as "example.atlassian.net". Its cloud
// id is requested from the site, without credentials, by the first call of the client; calls
// that are made meanwhile wait for it. If the request fails, the next call repeats it.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/intro
func Site(host string) Tenant { return Tenant{host: host, byHost: true} }

// CloudID returns the tenant by its cloud id, a UUID. It is in the address of the site's
// administration, and in the response of https://{site}/_edge/tenant_info.
func CloudID(id string) Tenant { return Tenant{cloudID: id} }

// key distinguishes tenants.
func (t Tenant) key() string { return t.host + t.cloudID }

// check returns what is wrong with the tenant.
func (t Tenant) check() error {
	switch {
	case !t.byHost && t.cloudID == "":
		return errors.New("tenant is empty: pass jsm.Site(\"example.atlassian.net\"), or jsm.CloudID with the site's UUID")
	case !t.byHost && (uuid.Validate(t.cloudID) != nil || len(t.cloudID) != len(uuid.Nil.String())):
		return errors.New("cloud id is not a UUID: pass jsm.Site for the host of a site")
	case t.byHost:
		return checkSite(t.host)
	}
	return nil
}

// checkSite returns what is wrong with the host of a site. It shows only hosts, since other
// text may contain a secret.
func checkSite(host string) error {
	switch u, err := url.Parse(host); {
	case host == "":
		return errors.New("site is empty: write example.atlassian.net")
	case uuid.Validate(host) == nil:
		return errors.New("site is a UUID: pass jsm.CloudID for the id of a site")
	case err == nil && u.User == nil && u.Scheme != "" && mistake.WithScheme(u.Host, "https") != "":
		return fmt.Errorf("site is a URL: write %s", u.Host)
	}
	if name, rest, found := strings.Cut(host, "/"); found && rest == "" || found && mistake.WithScheme(name, "https") != "" {
		return fmt.Errorf("site has a path: write %s", name)
	}
	if mistake.WithScheme(host, "https") == "" {
		return errors.New("site is not a host: write one such as example.atlassian.net")
	}
	if host == "api.atlassian.com" {
		return errors.New("site is the host that serves the API: write that of the site, such as example.atlassian.net")
	}
	return nil
}
