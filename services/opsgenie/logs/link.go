package logs

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/tripware/tripware/services"
)

const linkRoute = "GET /v2/logs/download/{filename}"

// byName is a request that needs only the name of a file.
type byName struct {
	Name string `path:"filename"`
}

// DownloadLink returns a link to the log file with a name, as List returns it. The link is valid
// for five minutes and needs no API key, so that everyone who has it can read the file. If the
// response is not a link, errors.Is matches [services.ErrResponse]. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/logs-api#generate-log-file-download-link
func (s *Service) DownloadLink(ctx context.Context, name string) (*services.Result[string], error) {
	var text line
	got, err := services.Download(ctx, s.client, linkRoute, byName{name}, "*/*", &text) // it has no JSON envelope
	if err != nil {
		return nil, blame(err)
	}
	link, ok := text.link()
	if !ok { // the text is kept out of the error, since it may be a secret
		return nil, failed(linkRoute, got.Meta, errNoLink)
	}
	return &services.Result[string]{Value: link, Meta: got.Meta}, nil
}

var (
	errNoLink  = errors.New("the response is not a link")
	errTooLong = errors.New("the response is too long for a link")
)

// blame returns err as an error of the response if that was too long. For services.Download it
// was the writer that failed.
func blame(err error) error {
	if e, ok := errors.AsType[*services.Error](err); ok && errors.Is(err, errTooLong) {
		e.Kind = services.ErrResponse
	}
	return err
}

// maxLink is the length of the longest text that is read as a link, in bytes.
const maxLink = 64 << 10

// A line holds a text that is no longer than a link can be.
type line struct{ strings.Builder }

// Write refuses a longer text.
func (l *line) Write(p []byte) (int, error) {
	if l.Len()+len(p) > maxLink {
		return 0, errTooLong
	}
	return l.Builder.Write(p)
}

// link returns the text without the space around it, and whether it is a link.
func (l *line) link() (text string, ok bool) {
	text = strings.TrimSpace(l.String())
	u, err := url.Parse(text)
	return text, err == nil && u.Host != ""
}
