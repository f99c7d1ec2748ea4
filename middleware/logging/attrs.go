package logging

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// A headerName is a header that is logged, with its keys for requests and responses.
type headerName struct{ name, request, response string }

// describe adds the attributes of the request, and the status of its response.
func (j *journal) describe(list []slog.Attr, p *passage, resp *http.Response) []slog.Attr {
	if p.call != nil {
		list = append(list, slog.String("transaction_id", p.call.TransactionID()))
	}
	method := p.req.Method
	if method == "" {
		method = http.MethodGet
	}
	list = append(list, slog.String("method", method), slog.String("url", j.showURL(p.req.URL)))
	if route, ok := transport.Fact[transport.Route](p.call); ok {
		list = append(list, slog.String("route", string(route)))
	}
	if resp != nil {
		list = append(list, slog.Int("status", resp.StatusCode))
	}
	return list
}

// conclude adds the duration, the headers and the error.
func (j *journal) conclude(list []slog.Attr, p *passage, resp *http.Response, err error) []slog.Attr {
	list = append(list, slog.Duration("duration", p.elapsed))
	vendor, _ := transport.Fact[*record.Vendor](p.call)
	for i := range j.names {
		if values := record.OutgoingHeader(p.req, j.names[i].name); len(values) > 0 {
			list = append(list, slog.String(j.names[i].request, redact.Values(values)))
		}
	}
	if resp != nil {
		for i := range j.names {
			if values := resp.Header[j.names[i].name]; len(values) > 0 {
				list = append(list, slog.String(j.names[i].response, redact.Values(vendor.MaskedValues(values))))
			}
		}
	}
	if err != nil {
		list = append(list, slog.String("error", j.showError(err, vendor)))
	}
	return list
}

// showError returns the text of err. It also redacts the URL that errors of net/http and
// net/url quote.
func (j *journal) showError(err error, vendor *record.Vendor) string {
	text := vendor.Masked(err.Error())
	if quoting, ok := errors.AsType[*url.Error](err); ok {
		shown := "?"
		if u, fault := url.Parse(quoting.URL); fault == nil {
			shown = j.showURL(u)
		}
		text = strings.ReplaceAll(text, strconv.Quote(quoting.URL), strconv.Quote(shown))
	}
	return redact.Cut(text, redact.MaxError)
}

// showURL returns u with only the allowed values of query parameters.
func (j *journal) showURL(u *url.URL) string {
	if u == nil || u.RawQuery == "" {
		return redact.URL(u)
	}
	query, cut := redact.Bound(u.RawQuery, redact.MaxValue)
	parts := strings.Split(query, "&")
	for i, part := range parts {
		name, _, found := strings.Cut(part, "=")
		if plain, err := url.QueryUnescape(name); found && (err != nil || !slices.Contains(j.query, plain)) {
			parts[i] = name + "=" + redact.Mask
		}
	}
	shown := *u
	shown.RawQuery, shown.ForceQuery = "", false
	return redact.URL(&shown) + "?" + redact.Query(strings.Join(parts, "&")) + cut
}
