package rttest

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

func logChecks() []*check {
	return []*check{{Check: Check{
		Name: "log-written", Promise: "O5", Claim: ClaimLogs,
		Sentence: "a successful call is logged",
		Why:      "searching an empty log for secrets would be meaningless",
	}, run: logWritten}, {Check: Check{
		Name: "log-without-secrets", Promise: "A3", Claim: ClaimLogs,
		Sentence: "the log contains no credential from a header, cookie, URL or JSON body, plain or encoded",
		Why:      "logs are read by more people and kept for longer than a credential is meant for",
	}, run: logWithoutSecrets}}
}

func logWritten(s *scene) {
	before := len(s.sink())
	base := s.base(always(http.StatusOK))
	s.finish(s.send(s.wrap(base), s.request(http.MethodGet, "/", nil)))
	if len(s.sink()) == before {
		s.failf("nothing was added to the log")
	}
}

// canaries returns secrets by the place in which they are sent.
func canaries() map[string]string {
	secrets := map[string]string{}
	for _, place := range []string{
		"Authorization", "Basic", "Proxy-Authorization", "Cookie", "Set-Cookie", "userinfo",
		"query apiKey", "query token", "request apiKey", "request token", "request password", "request secret",
		"response apiKey", "response token", "response password", "response secret",
	} {
		secrets[place] = "canary+" + strings.ReplaceAll(strings.ToLower(place), " ", "-") + "/7f3a"
	}
	return secrets
}

// betraying returns a request that has a secret in every place.
func betraying(s *scene, secrets map[string]string) *http.Request {
	target, err := url.Parse(s.origin())
	if err != nil {
		s.fatalf("rttest: %v", err)
	}
	target.User = url.UserPassword("user", secrets["userinfo"])
	target.Path = "/login"
	target.RawQuery = url.Values{"apiKey": {secrets["query apiKey"]}, "token": {secrets["query token"]}, "page": {"2"}}.Encode()
	req := s.requestWith(s.ctx, http.MethodPut, target.String(), text(members("request", secrets)))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+secrets["Authorization"])
	req.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("user:"+secrets["Basic"])))
	req.Header.Add("Proxy-Authorization", "Bearer "+secrets["Proxy-Authorization"])
	req.Header.Set("Cookie", "session="+secrets["Cookie"])
	return req
}

func members(side string, secrets map[string]string) string {
	var parts []string
	for _, name := range []string{"apiKey", "token", "password", "secret"} {
		parts = append(parts, fmt.Sprintf("%q: %q", name, secrets[side+" "+name]))
	}
	return `{"user": "me", ` + strings.Join(parts, ", ") + `}`
}

func logWithoutSecrets(s *scene) {
	secrets := canaries()
	for _, status := range []int{http.StatusOK, http.StatusForbidden, http.StatusServiceUnavailable, 0} {
		base := s.base(func(a *attempt) (*http.Response, error) {
			if status == 0 {
				return nil, &url.Error{Op: "Put", URL: a.req.URL.String(), Err: errBroken}
			}
			return respond(a, status, members("response", secrets), "Set-Cookie", "session="+secrets["Set-Cookie"]), nil
		})
		r := s.send(s.wrap(base), betraying(s, secrets))
		if r.resp != nil {
			_, _ = io.Copy(io.Discard, r.resp.Body)
			closeBody(r.resp.Body)
		}
	}
	for _, secret := range s.allSecrets() {
		secrets[fmt.Sprintf("a given secret of %d characters", len(secret))] = secret
	}
	log := s.sink()
	var places []string
	for place, secret := range secrets {
		if shows(log, secret) {
			places = append(places, place)
		}
	}
	slices.Sort(places)
	for _, place := range places {
		s.failf("the log shows: %s", place)
	}
}

// shows reports whether a log contains a secret, plain or encoded as in headers, URLs and JSON.
func shows(log, secret string) bool {
	for _, form := range []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), strings.ReplaceAll(secret, "/", `\/`),
		base64.StdEncoding.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte("user:" + secret)),
	} {
		if strings.Contains(log, form) {
			return true
		}
	}
	return false
}
