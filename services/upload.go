package services

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/textproto"
	"path"
	"reflect"
	"strings"
	"unicode"
)

// A File is a field of a form that is sent as a file: tag it `form:"file"`, and the form is sent
// as multipart/form-data (RFC 7578), also if the file is left out. The content is streamed. A
// retry or a redirect sends the same bytes again if the content can be read again: by Open, by an [io.ReaderAt] with a
// known size, such as an *os.File, or by an [io.Seeker]. Of other content a retry loop copies
// the first bytes while it is sent, 1 MiB unless retry.WithReplayBuffer says otherwise, and
// sends it again if no more than these were read.
type File struct {
	Name    string                        // as the server sees it; required
	Type    string                        // the media type; if empty, that of the name's ending, or application/octet-stream
	Content io.Reader                     // what to send, from its current position; it is not closed
	Open    func() (io.ReadCloser, error) // instead of Content: opens it again for each attempt
	Size    int64                         // in bytes; if zero, that of Content if it can be measured; otherwise no length is announced
}

// IsZero reports whether there is no file.
func (f File) IsZero() bool { return f.Name == "" && f.Content == nil && f.Open == nil }

func (f *File) check() error {
	switch {
	case f.Name == "":
		return errors.New("has no file name")
	case strings.ContainsFunc(f.Name, func(r rune) bool { return unicode.IsControl(r) && r != '\r' && r != '\n' }):
		return errors.New("has a file name that contains a control character")
	case f.Content == nil && f.Open == nil:
		return errors.New("has neither Content nor Open")
	case f.Content != nil && f.Open != nil:
		return errors.New("has both Content and Open")
	case f.Size < 0:
		return errors.New("has a negative size")
	case strings.ContainsFunc(f.Type, unicode.IsControl):
		return errors.New("has a media type that contains a control character")
	}
	return nil
}

// A form is a multipart body: text that is made once, so that every attempt has the same
// boundary, with files between.
type form struct {
	parts    []part
	boundary string
}

// A part is text, or a file.
type part struct {
	text []byte
	file *source
}

func (b *binder) fillForm() {
	var head bytes.Buffer
	w := multipart.NewWriter(&head)
	b.form = &form{boundary: w.Boundary()}
	for _, f := range b.plan.form {
		v := b.in.FieldByIndex(f.index)
		if unset(v, f.keepZero) {
			continue
		}
		file, ok := reflect.TypeAssert[File](v)
		if !ok {
			_ = w.WriteField(f.name, b.text(f)) // a bytes.Buffer takes everything
			continue
		}
		source, err := newSource(file)
		if err != nil {
			b.refuse(f, err)
			continue
		}
		mediaType := cmp.Or(file.Type, mime.TypeByExtension(path.Ext(file.Name)), "application/octet-stream")
		_, _ = w.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {multipart.FileContentDisposition(f.name, file.Name)},
			"Content-Type":        {mediaType},
		})
		b.form.parts = append(b.form.parts, part{text: bytes.Clone(head.Bytes())}, part{file: source})
		head.Reset()
	}
	_ = w.Close()
	b.form.parts = append(b.form.parts, part{text: head.Bytes()})
	b.header["Content-Type"] = []string{w.FormDataContentType()}
}
