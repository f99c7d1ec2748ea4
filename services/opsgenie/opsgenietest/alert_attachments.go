package opsgenietest

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
	"strconv"

	"github.com/tripware/tripware/services/internal/sim"
)

// An Attachment is a file that a request added to an alert.
type Attachment struct {
	ID        string // a number
	Name      string
	URL       string // a GET of it needs no key
	MediaType string // the Content-Type of the uploaded part; application/octet-stream if it had none
	Content   []byte
	User      string
	IndexFile string // the file to show first, as the upload named it

	token string
	until Time // when its URL expires; zero means never
}

func (f *Attachment) clone() Attachment {
	out := *f
	out.Content = bytes.Clone(f.Content)
	return out
}

// filePath is the path of attachments. It is outside of the API and needs no key,
// because the service's attachments are in a separate file store.
const (
	filePath    = "/files/"
	filePattern = "GET /files/{token}/{name}"
)

func attachmentRoutes() []route {
	const at = "/v2/alerts/{identifier}/attachments"
	return []route{
		{"GET " + at, DomainAlert, noBody, (*world).listAttachments},
		{"POST " + at, DomainAlert, uploadBody, (*world).addAttachment},
		{"GET " + at + "/{attachmentId}", DomainAlert, noBody, (*world).getAttachment},
		{"DELETE " + at + "/{attachmentId}", DomainAlert, noBody, (*world).removeAttachment},
		{filePattern, "", noBody, (*world).readAttachment},
	}
}

// addAttachment adds an attachment at once: the alert must exist.
func (w *world) addAttachment(c *call) (response, error) {
	a, _, err := w.findAlert(c, "alertIdentifierType")
	if err != nil {
		return response{}, err
	}
	f, err := readUpload(c)
	if err != nil {
		return response{}, err
	}
	now := w.Now()
	f.ID = strconv.FormatInt(now.UnixMilli()*1000+w.Next(), 10)
	w.publish(f, w.Dice.UUID())
	a.files = append(a.files, f)
	a.UpdatedAt = now
	w.history(&a.Logs, cmp.Or(f.User, "Alert API"), "Attachment added: "+f.Name)
	return response{status: http.StatusCreated, result: "Attachment added", data: map[string]string{"id": f.ID}}, nil
}

// publish makes a file readable at a URL that contains the token.
func (w *world) publish(f *Attachment, token string) {
	f.token = token
	f.URL = w.origin + filePath + f.token + "/" + url.PathEscape(f.Name)
	w.files[f.token] = f
}

// readUpload reads the form: file, user, indexFile.
func readUpload(c *call) (*Attachment, error) {
	_, params, _ := mime.ParseMediaType(c.Header.Get("Content-Type"))
	form := multipart.NewReader(bytes.NewReader(c.Body), params["boundary"])
	var f *Attachment
	fields := map[string]string{}
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
		if part.FormName() != "file" {
			fields[part.FormName()] = string(content)
			continue
		}
		mediaType := cmp.Or(part.Header.Get("Content-Type"), "application/octet-stream")
		f = &Attachment{Name: part.FileName(), MediaType: mediaType, Content: content}
	}
	p := problems{}
	p.Add(f == nil, "file", "File can not be empty.")
	p.Add(f != nil && f.Name == "", "file", "File must have a name.")
	if err := p.Err(); err != nil {
		return nil, err
	}
	f.User, f.IndexFile = fields["user"], fields["indexFile"]
	return f, nil
}

// findAttachment returns the attachment in a request's path, or 404.
func (w *world) findAttachment(c *call) (*Alert, *Attachment, error) {
	a, _, err := w.findAlert(c, "alertIdentifierType")
	if err != nil {
		return nil, nil, err
	}
	id := c.Path["attachmentId"]
	i := slices.IndexFunc(a.files, func(f *Attachment) bool { return f.ID == id })
	if i < 0 {
		return nil, nil, sim.Refuse(http.StatusNotFound, "No attachment exists with id ["+id+"]")
	}
	return a, a.files[i], nil
}

func (w *world) listAttachments(c *call) (response, error) {
	a, _, err := w.findAlert(c, "alertIdentifierType")
	if err != nil {
		return response{}, err
	}
	rows := make([]map[string]string, len(a.files))
	for i, f := range a.files {
		rows[i] = map[string]string{"id": f.ID, "name": f.Name}
	}
	return response{data: rows}, nil
}

func (w *world) getAttachment(c *call) (response, error) {
	_, f, err := w.findAttachment(c)
	if err != nil {
		return response{}, err
	}
	return response{data: map[string]string{"name": f.Name, "url": f.URL}}, nil
}

func (w *world) removeAttachment(c *call) (response, error) {
	a, f, err := w.findAttachment(c)
	if err != nil {
		return response{}, err
	}
	a.files = slices.DeleteFunc(a.files, func(other *Attachment) bool { return other == f })
	delete(w.files, f.token)
	w.history(&a.Logs, cmp.Or(c.Query.Get("user"), "Alert API"), "Attachment removed: "+f.Name)
	return response{result: "Deleted"}, nil
}

func (w *world) readAttachment(c *call) (response, error) {
	f := w.files[c.Path["token"]]
	if f == nil || f.Name != c.Path["name"] || !f.until.IsZero() && !w.Now().Before(f.until.Time) {
		return response{}, sim.Refuse(http.StatusNotFound, "No such file")
	}
	return response{file: &file{mediaType: f.MediaType, content: f.Content}}, nil
}
