package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"sync/atomic"
	"syscall"

	"github.com/tripware/tripware/services"
)

// tries is how often a file is read that breaks off.
const tries = 3

// beside writes the file of a resource, and returns its name below the folder, or an empty
// text if it could not be read. A file that breaks off is read again.
func (n *noder) beside(ctx context.Context, res resource, p place, data json.RawMessage) (string, error) {
	name := path.Join("files", n.row.Kind, fileName(n.row.ID)+"-"+nameOfFile(res, p.ids, data))
	var stored Stored
	var err error
	for range tries {
		stored, err = n.folder.write(name, func(w io.Writer) error { return n.download(ctx, res, p.ids, data, w) })
		if !errors.Is(err, services.ErrResponse) || ctx.Err() != nil {
			break
		}
	}
	if err != nil {
		return "", n.lose(firstOf(p.at, "file"), err)
	}
	n.files = append(n.files, stored)
	return name, nil
}

// nameOfFile returns what distinguishes a file from others of its row.
func nameOfFile(res resource, ids []string, data json.RawMessage) string {
	switch res.file {
	case calendar:
		return res.name + ".ics"
	case logFile:
		return "log.json"
	case linked, noFile:
	}
	own := fileName(ids[len(ids)-1])
	name := textOf(member(data, "name"))
	ending := path.Ext(name)
	if slug(ending) == "" || len(ending) > 8 {
		return own
	}
	return own + "." + slug(ending[1:])
}

// download copies a file to a writer.
func (n *noder) download(ctx context.Context, res resource, ids []string, data json.RawMessage, w io.Writer) error {
	switch res.file {
	case calendar:
		return n.calendar(ctx, res, ids, w)
	case logFile:
		link, err := n.logLink(ctx, ids[0])
		if err != nil {
			return err
		}
		return n.fetch(ctx, link, w)
	case linked, noFile:
	}
	return n.fetch(ctx, textOf(member(data, "url")), w)
}

// calendar copies a calendar of a user or a schedule.
func (n *noder) calendar(ctx context.Context, res resource, ids []string, w io.Writer) error {
	leave, err := n.read.enter(ctx, fill(res.list, ids))
	if err != nil {
		return err
	}
	defer leave()
	_, err = services.Download(ctx, n.read.client.Core(), res.list, struct {
		ID string `path:"identifier"`
	}{ids[0]}, "text/calendar", w)
	return err
}

// logLink returns a link to a file of the audit log.
func (n *noder) logLink(ctx context.Context, name string) (string, error) {
	leave, err := n.read.enter(ctx, "/v2/logs")
	if err != nil {
		return "", err
	}
	defer leave()
	got, err := n.read.client.Logs.DownloadLink(ctx, name)
	if err != nil {
		return "", err
	}
	return got.Value, nil
}

// fetch copies what a link of the server leads to, outside of the API. The key is sent only
// to the origin of the API.
func (n *noder) fetch(ctx context.Context, link string, w io.Writer) error {
	fail := func(status int, err error) error {
		return &services.Error{Route: "GET (link to a file)", Status: status, Kind: services.ErrResponse, Err: err}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, http.NoBody)
	if err != nil || link == "" || req.URL.Host == "" {
		return fail(http.StatusOK, errors.New("the response has no link to the file")) // without the link, which may be a secret
	}
	leave, err := n.read.enter(ctx, "/files")
	if err != nil {
		return err
	}
	defer leave()
	resp, err := n.read.client.HTTP().Do(req)
	if err != nil {
		return fmt.Errorf("archive: read file: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fail(resp.StatusCode, nil)
	}
	to := &noting{Writer: w}
	if _, err = io.Copy(to, resp.Body); err != nil && to.err == nil && ctx.Err() == nil {
		return fail(http.StatusOK, fmt.Errorf("the file broke off: %w", err))
	}
	return err
}

// A noting writer keeps its error, so that it can be distinguished from an error of a reader.
type noting struct {
	io.Writer

	err error
}

func (n *noting) Write(p []byte) (int, error) {
	written, err := n.Writer.Write(p)
	n.err = err
	return written, err
}

func writing(content []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	}
}

// A tally counts what was written, to say how much room the rest will need.
type tally struct{ rows, bytes atomic.Int64 }

func (t *tally) add(row int64, files []Stored) {
	t.rows.Add(1)
	t.bytes.Add(row)
	for _, f := range files {
		t.bytes.Add(f.Bytes)
	}
}

// advised adds to an error what to do about it.
func (x *exporter) advised(err error) error {
	if !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.EDQUOT) {
		return err
	}
	needs := "as much room as the rest of the account needs"
	if rows := x.tally.rows.Load(); rows > 0 {
		left := x.Progress.Left()
		needs = fmt.Sprintf("at least %s on the disk of %s (%d rows are known to be left, and a row took %s on average)",
			size(max(1, left)*x.tally.bytes.Load()/rows), x.folder.name, left, size(x.tally.bytes.Load()/rows))
	}
	return fmt.Errorf("the disk is full: free %s, and run the same command again to go on; no incomplete file was left: %w", needs, err)
}
