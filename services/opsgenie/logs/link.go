package logs

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/tripware/tripware/services"
)

const linkRoute = "GET /v2/logs/download/{filename}"

// DownloadLinkRequest asks for a link to one file of logs.
type DownloadLinkRequest struct {
	Name string `path:"filename"` // as List tells it
}

// DownloadLink returns a link to a file of logs, which is valid for five
// minutes. Whoever has it can read the file, and it takes no API key. The answer
// is the bare link: one that is none Is [services.ErrResponse].
//
// API: https://docs.opsgenie.com/docs/logs-api#generate-log-file-download-link
func (s *Service) DownloadLink(ctx context.Context, in DownloadLinkRequest) (*services.Result[string], error) {
	var text line
	got, err := services.Download(ctx, s.client, linkRoute, in, "*/*", &text)
	if err != nil {
		return nil, err
	}
	link := strings.TrimSpace(text.String())
	if u, err := url.Parse(link); err != nil || u.Host == "" { // the text itself is kept out of the error: it is a secret
		return nil, failed(linkRoute, got.Meta, errNoLink)
	}
	return &services.Result[string]{Value: link, Meta: got.Meta}, nil
}

var (
	errNoLink  = errors.New("the response is not a link")
	errTooLong = errors.New("the response is too long for a link")
)

// maxLink is the longest text that is taken for a link.
const maxLink = 64 << 10

// A line keeps a text that is no longer than a link can be.
type line struct{ strings.Builder }

// Write refuses what would be too long.
func (l *line) Write(p []byte) (int, error) {
	if l.Len()+len(p) > maxLink {
		return 0, errTooLong
	}
	return l.Builder.Write(p)
}
