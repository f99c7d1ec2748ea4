package aws_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	region = "eu-central-1"
	secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" // of the documentation of AWS
	access = "AKIAIOSFODNN7EXAMPLE"
)

// authorization is the parsed Authorization header of a request with Signature Version 4
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
type authorization struct {
	access    string
	scope     []string // date, region, service, aws4_request
	headers   []string // the names of those that are signed
	signature string
}

func parseAuthorization(value string) (a authorization, err error) {
	const algorithm = "AWS4-HMAC-SHA256 "
	rest, ok := strings.CutPrefix(value, algorithm)
	if !ok {
		return a, fmt.Errorf("the Authorization header does not begin with %s", algorithm)
	}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "Credential":
			a.scope = strings.Split(value, "/")
			a.access, a.scope = a.scope[0], a.scope[1:]
		case "SignedHeaders":
			a.headers = strings.Split(value, ";")
		case "Signature":
			a.signature = value
		}
	}
	if len(a.scope) != 4 || a.scope[3] != "aws4_request" || !slices.Contains(a.headers, "host") || a.signature == "" {
		return a, errors.New("the Authorization header is not complete")
	}
	return a, nil
}

// verify computes the signature of a request from what the server got. It uses nothing of
// the SDK. now is the time of the server.
func verify(r *http.Request, body []byte, now time.Time) error {
	a, err := parseAuthorization(r.Header.Get("Authorization"))
	if err != nil {
		return err
	}
	date, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil {
		return err
	}
	service, valid := a.scope[2], 5*time.Minute
	if service == "s3" {
		valid = 15 * time.Minute
	}
	if now.Sub(date).Abs() > valid {
		return fmt.Errorf("signature expired: %s is not within %s of %s", date, valid, now)
	}
	hash := hashOf(string(body))
	if said := r.Header.Get("X-Amz-Content-Sha256"); said != "" {
		if len(said) == len(hash) && said != hash {
			return errors.New("the body is not the one that was signed")
		}
		hash = said
	}
	request := strings.Join([]string{
		r.Method, canonicalPath(r.URL, service), canonicalQuery(r.URL), canonicalHeaders(r, a.headers), strings.Join(a.headers, ";"), hash,
	}, "\n")
	text := strings.Join([]string{"AWS4-HMAC-SHA256", r.Header.Get("X-Amz-Date"), strings.Join(a.scope, "/"), hashOf(request)}, "\n")
	key := []byte("AWS4" + secret)
	for _, part := range a.scope {
		key = sum(key, part)
	}
	if a.access != access || !hmac.Equal([]byte(a.signature), []byte(hex.EncodeToString(sum(key, text)))) {
		return fmt.Errorf("the signature does not match:\n%s", request)
	}
	return nil
}

// canonicalPath returns the escaped path, which every service but S3 escapes once more.
func canonicalPath(u *url.URL, service string) string {
	path := u.EscapedPath()
	if service == "s3" {
		return path
	}
	segments := strings.Split(path, "/")
	for i := range segments {
		segments[i] = strings.ReplaceAll(url.QueryEscape(segments[i]), "+", "%20")
	}
	return strings.Join(segments, "/")
}

func canonicalQuery(u *url.URL) string {
	return strings.ReplaceAll(u.Query().Encode(), "+", "%20")
}

func canonicalHeaders(r *http.Request, names []string) string {
	var b strings.Builder
	for _, name := range names {
		value := strings.Join(r.Header.Values(name), ",")
		switch name {
		case "host":
			value = r.Host
		case "content-length":
			value = strconv.FormatInt(r.ContentLength, 10)
		}
		b.WriteString(name + ":" + strings.Join(strings.Fields(value), " ") + "\n")
	}
	return b.String()
}

func hashOf(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

func sum(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
