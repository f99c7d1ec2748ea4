package jsmtest

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"

	"github.com/tripware/tripware/services/internal/sim"
)

// An Attachment is a file that a request added to an alert.
type Attachment struct {
	ID         string // digits
	Name       string
	URL        string // a GET of it needs no credential
	MediaType  string // the Content-Type of the uploaded part; application/octet-stream if it had none
	Content    []byte
	InsertedAt Time

	token string
}

func (f *Attachment) clone() Attachment {
	out := *f
	out.Content = bytes.Clone(f.Content)
	return out
}

// shown returns the attachment as responses have it.
func (f *Attachment) shown() document {
	return document{"id": f.ID, "attachmentName": f.Name, "insertedAt": f.InsertedAt}
}

// filePath is the path of attachments. It is outside of the API and needs no credential,
// because the service's attachments are in a separate file store.
const filePath = "/files/"

func attachmentRoutes() []route {
	const at = alertsPath + "/{alertId}/attachments"
	return []route{
		{"GET " + at, DomainAlert, noBody, onAlert("alertId", listAttachments)},
		{"POST " + at, DomainAlert, uploadBody, onAlert("alertId", addAttachment)},
		{"GET " + at + "/{id}", DomainAlert, noBody, onAlert("alertId", getAttachment)},
		{"DELETE " + at + "/{id}", DomainAlert, noBody, onAlert("alertId", deleteAttachment)},
		{"GET " + filePath + "{token}/{name}", "", noBody, readFile},
	}
}

func listAttachments(w *world, c *call, a *Alert) (response, error) {
	some, out, err := byCursor(w, c, a.files, func(f *Attachment) string { return f.ID })
	if err != nil {
		return response{}, err
	}
	rows := make([]document, len(some))
	for i, f := range some {
		rows[i] = f.shown()
	}
	out.Values = rows
	return response{data: out}, nil
}

func addAttachment(w *world, c *call, a *Alert) (response, error) {
	f, err := readUpload(c)
	if err != nil {
		return response{}, err
	}
	f.ID, f.InsertedAt, f.token = w.stamp(), w.Now(), w.Dice.UUID()
	f.URL = w.origin + filePath + f.token + "/" + url.PathEscape(f.Name)
	w.files[f.token] = f
	a.files = append(a.files, f)
	a.UpdatedAt = f.InsertedAt
	w.history(a, c.actor, "Attachment added: "+f.Name)
	return response{data: f.shown()}, nil
}

// readUpload reads the part "file" of the form.
func readUpload(c *call) (f *Attachment, err error) {
	_, params, _ := mime.ParseMediaType(c.Header.Get("Content-Type"))
	form := multipart.NewReader(bytes.NewReader(c.Body), params["boundary"])
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) && len(c.Body) > 0 {
			break
		}
		var content []byte
		if err == nil {
			content, err = io.ReadAll(part)
		}
		if err != nil {
			return nil, sim.Refuse(http.StatusBadRequest, "Request body is not a valid multipart form")
		}
		if part.FormName() == "file" {
			mediaType := cmp.Or(part.Header.Get("Content-Type"), "application/octet-stream")
			f = &Attachment{Name: part.FileName(), MediaType: mediaType, Content: content}
		}
	}
	p := problems{}
	p.Add(f == nil, "file", "file can not be empty.")
	p.Add(f != nil && f.Name == "", "file", "file must have a name.")
	return f, p.Err()
}

// findAttachment returns the index of the attachment in a request's path, or 404.
func findAttachment(c *call, a *Alert) (int, error) {
	i := slices.IndexFunc(a.files, func(f *Attachment) bool { return f.ID == c.Path["id"] })
	if i < 0 {
		return i, sim.Refuse(http.StatusNotFound, "Attachment does not exist")
	}
	return i, nil
}

func getAttachment(_ *world, c *call, a *Alert) (response, error) {
	i, err := findAttachment(c, a)
	if err != nil {
		return response{}, err
	}
	return response{data: document{"url": a.files[i].URL}}, nil
}

func deleteAttachment(w *world, c *call, a *Alert) (response, error) {
	i, err := findAttachment(c, a)
	if err != nil {
		return response{}, err
	}
	delete(w.files, a.files[i].token)
	a.files = slices.Delete(a.files, i, i+1)
	return response{status: http.StatusNoContent}, nil
}

func readFile(w *world, c *call) (response, error) {
	f := w.files[c.Path["token"]]
	if f == nil || f.Name != c.Path["name"] {
		return response{}, sim.Refuse(http.StatusNotFound, "No such file")
	}
	return response{file: &file{mediaType: f.MediaType, content: f.Content}}, nil
}
