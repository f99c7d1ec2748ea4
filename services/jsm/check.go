package jsm

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/google/uuid"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/transport/redact"
)

// A credential is what is known of a source before it signs.
type credential struct {
	value   string          // of the header; empty if it is not known
	secrets []redact.Secret // parts of it that a server might repeat
}

// secret returns the token itself, or the empty string if it is not known.
func (c credential) secret() string {
	if len(c.secrets) == 0 {
		return ""
	}
	return c.secrets[len(c.secrets)-1].Reveal()
}

// inspect returns the credential of a source that has a constant one, and what is wrong with
// it, without showing it. Sources that fetch or compute their value are not asked.
func inspect(source auth.Source) (c credential, err error) {
	_, renews := source.(auth.Renewer)
	constant, ok := source.(interface{ Fault() error })
	if renews || !ok {
		return c, nil
	}
	ended, end := context.WithCancel(context.Background())
	end() // a source that would send a request for its value fails at once
	c.value, err = source.Authorization(ended)
	if err != nil || constant.Fault() != nil { // the chain reports the fault
		return credential{}, nil //nolint:nilerr // it is not constant
	}
	scheme, secret, _ := strings.Cut(c.value, " ")
	c.secrets = []redact.Secret{redact.NewSecret(secret)}
	switch {
	case strings.EqualFold(scheme, "Bearer") && isKey(secret), strings.EqualFold(scheme, "GenieKey"):
		return c, errKey
	case strings.EqualFold(scheme, "Bearer"):
		return c, nil
	case !strings.EqualFold(scheme, "Basic"):
		return c, errors.New("credential is neither basic nor a bearer token: use auth.Basic with the e-mail address and an API token " +
			"of an Atlassian account, or auth.Bearer with an OAuth token")
	}
	pair, _ := base64.StdEncoding.DecodeString(secret)
	user, token, _ := strings.Cut(string(pair), ":")
	if token != "" {
		c.secrets = append(c.secrets, redact.NewSecret(token))
	}
	return c, basicFault(user, token)
}

var errKey = errors.New("credential is an API key of Opsgenie or of an integration, which this API does not accept: " +
	"use auth.Basic with the e-mail address and an API token of an Atlassian account; " +
	"with the key of an integration, use package services/jsm/events")

// basicFault returns what is wrong with a user and a token, or nil.
func basicFault(user, token string) error {
	switch {
	case isKey(token):
		return errKey
	case token == "":
		return errors.New("credential has no API token: pass auth.Basic the e-mail address and the token")
	case !strings.Contains(user, "@"):
		return errors.New("user of the credential is not an e-mail address: pass auth.Basic the address of the Atlassian account")
	}
	return nil
}

// isKey reports whether a secret has the form of an API key of Opsgenie: a UUID.
func isKey(secret string) bool { return uuid.Validate(secret) == nil }
