package opsgenietest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tripware/tripware/services/internal/sim"
)

const (
	logLinkPattern = "GET /v2/logs/download/{filename}"
	logEnding      = ".json"
	logMarker      = "2006-01-02-15-04-05"
	logsKept       = 24              // files, one for each full hour
	linkLasts      = 5 * time.Minute // of a link to a file of logs
	maxLogFiles    = 1000            // in one response
)

// A logFile is a file of the account's logs. There is one for each of the last full
// hours of the server's clock.
type logFile struct {
	name    string
	at      time.Time
	content []byte
}

// See https://docs.opsgenie.com/docs/logs-api.
func logRoutes() []route {
	return []route{
		{"GET /v2/logs/list/{marker}", DomainOther, noBody, (*world).listLogFiles},
		{logLinkPattern, DomainOther, noBody, (*world).linkLogFile},
	}
}

// logFiles returns the current files, the oldest first.
func (w *world) logFiles() ([]logFile, error) {
	if w.plan != "Enterprise" {
		return nil, sim.Refuse(http.StatusPaymentRequired, "Your plan does not include this feature")
	}
	last := w.Now().Truncate(time.Hour)
	all := make([]logFile, logsKept)
	for i := range all {
		at := last.Add(time.Duration(i-logsKept+1) * time.Hour)
		line := map[string]any{"date": Time{Time: at}, "level": "INFO", "account": w.account().Name, "message": "Hour began"}
		content, err := json.Marshal([]any{line})
		if err != nil {
			return nil, err
		}
		all[i] = logFile{name: at.Format(logMarker) + "_000" + logEnding, at: at, content: content}
	}
	return all, nil
}

// listLogFiles lists the files after a marker, which is a time.
func (w *world) listLogFiles(c *call) (response, error) {
	marker := c.Path["marker"]
	after, err := time.Parse(logMarker, strings.Replace(marker, "_", ".", 1)) // a fraction of a second may follow
	p := problems{}
	p.Add(err != nil, "marker", "Must be a time as in 2026-05-26-07-52-17 or 2026-05-26-07-52-17_123.")
	limit := c.Number(p, "limit", maxLogFiles, 1, maxLogFiles)
	if err := p.Err(); err != nil {
		return response{}, err
	}
	files, err := w.logFiles()
	if err != nil {
		return response{}, err
	}
	files = slices.DeleteFunc(files, func(f logFile) bool { return !f.at.After(after) })
	rows := []document{}
	for _, f := range files[:min(limit, len(files))] {
		rows = append(rows, document{"filename": f.name, "date": f.at.UnixMilli(), "size": len(f.content)})
		marker = strings.TrimSuffix(f.name, logEnding)
	}
	return response{data: rows, marker: marker}, nil
}

// linkLogFile responds with a URL of the file as plain text. The URL needs no key and
// expires.
func (w *world) linkLogFile(c *call) (response, error) {
	files, err := w.logFiles()
	if err != nil {
		return response{}, err
	}
	name := c.Path["filename"]
	i := slices.IndexFunc(files, func(f logFile) bool { return f.name == name })
	if i < 0 {
		return response{}, sim.Refuse(http.StatusNotFound, "No log file exists with name ["+name+"]")
	}
	f := &Attachment{Name: name, MediaType: "application/json", Content: files[i].content, until: Time{Time: w.Clock().Add(linkLasts)}}
	w.publish(f, sim.DerivedID("link", name+f.until.String()))
	return response{file: &file{mediaType: mediaText, content: []byte(f.URL)}}, nil
}
