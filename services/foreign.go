package services

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"strings"
)

// foreign returns an error if a response is a web page or XML instead of JSON, with the
// host that sent it, and nil otherwise. Such a response usually comes from a proxy, a
// sign-in page, or the vendor's web interface.
func foreign(resp *http.Response, body []byte) error {
	body = bytes.TrimLeft(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), " \t\r\n")
	media, page := mediaOf(resp)
	markup := bytes.HasPrefix(body, []byte("<"))
	if len(body) == 0 || !markup && !page || strings.IndexByte(`{["`, body[0]) >= 0 {
		return nil
	}
	what := "a web page"
	if !page && (strings.HasSuffix(strings.ToLower(media), "xml") || bytes.HasPrefix(body, []byte("<?xml"))) {
		what = "XML"
	}
	question := ": is this the address of the API?"
	if resp.StatusCode >= http.StatusInternalServerError {
		question = "" // gateways report their failures by a page
	}
	return fmt.Errorf("response from %s is %s (%s), not JSON%s", hostOf(resp), what, cmp.Or(oneLine(media), "no Content-Type"), question)
}

// foreignFile returns an error that says that a response is a web page instead of a file of the
// media type wanted, or nil if it is not.
func foreignFile(resp *http.Response, wanted string) error {
	media, page := mediaOf(resp)
	if !page || strings.Contains(wanted, "html") {
		return nil
	}
	return fmt.Errorf("response from %s is a web page (%s), not %s: is this the address of the API?", hostOf(resp), oneLine(media), wanted)
}

// mediaOf returns the media type of a response as it was sent, so that a key in it can be
// recognized, and whether it is that of a web page.
func mediaOf(resp *http.Response) (media string, page bool) {
	media, _, _ = strings.Cut(resp.Header.Get("Content-Type"), ";")
	media = strings.TrimSpace(media)
	return media, strings.EqualFold(media, "text/html") || strings.EqualFold(media, "application/xhtml+xml")
}

// hostOf returns the host that sent resp, after redirects.
func hostOf(resp *http.Response) string {
	if resp.Request == nil || resp.Request.URL == nil || resp.Request.URL.Host == "" {
		return "the server"
	}
	return resp.Request.URL.Host
}
