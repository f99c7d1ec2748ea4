package aws_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// A verifier is a service that verifies the signature of every request before it responds.
type verifier struct {
	*httptest.Server

	statuses []int           // of the first responses; the others are 200
	success  string          // the body of a 200
	failure  string          // the body of other responses
	late     []time.Duration // by how much the server's clock is ahead, request by request

	mu   sync.Mutex
	seen []received
	errs []error // of requests that were refused
}

// received is what matters of a request.
type received struct {
	authorization, transaction, agent string

	body    string // a hash of what was sent
	chunked bool   // the body has the framing of aws-chunked
	checked bool   // the body has a checksum, which is right
}

// start starts v, with TLS if the scheme is https.
func (v *verifier) start(t *testing.T, scheme string) *verifier {
	t.Helper()
	v.Server = httptest.NewUnstartedServer(v)
	if scheme == "https" {
		v.StartTLS()
	} else {
		v.Start()
	}
	t.Cleanup(v.Close)
	return v
}

func (v *verifier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	number := len(v.seen)
	now := time.Now()
	if number < len(v.late) {
		now = now.Add(v.late[number])
	}
	checked, wrong := verifyChecksum(r, body)
	if err == nil {
		err = errors.Join(verify(r, body, now), wrong)
	}
	v.seen = append(v.seen, received{
		r.Header.Get("Authorization"), r.Header.Get("X-Transaction-Id"), r.Header.Get("User-Agent"), hashOf(string(body)), chunked(r), checked,
	})
	w.Header().Set("Content-Type", "text/xml")
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	switch {
	case err != nil:
		v.errs = append(v.errs, err)
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, strings.NewReplacer("Throttling", "SignatureDoesNotMatch", "SlowDown", "SignatureDoesNotMatch").Replace(v.failure))
	case number < len(v.statuses):
		w.WriteHeader(v.statuses[number])
		_, _ = io.WriteString(w, v.failure)
	default:
		_, _ = io.WriteString(w, v.success)
	}
}

// verifyChecksum checks the checksum of a body, in a header or at the end, and in the latter
// case its length. The signature covers neither the body nor its end
// (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html).
func verifyChecksum(r *http.Request, body []byte) (found bool, err error) {
	text, sums := body, r.Header
	if chunked(r) {
		in := textproto.NewReader(bufio.NewReader(bytes.NewReader(body)))
		if text, err = chunks(in); err != nil {
			return false, err
		}
		trailer, err := in.ReadMIMEHeader()
		if err != nil {
			return false, err
		}
		if r.Header.Get("X-Amz-Decoded-Content-Length") != strconv.Itoa(len(text)) {
			return false, fmt.Errorf("the body has %d bytes", len(text))
		}
		sums = http.Header(trailer)
	}
	sha := sha256.Sum256(text)
	for name, sum := range map[string][]byte{
		"X-Amz-Checksum-Crc32":  binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(text)),
		"X-Amz-Checksum-Sha256": sha[:],
	} {
		if said := sums.Get(name); said != "" && said != base64.StdEncoding.EncodeToString(sum) {
			return false, fmt.Errorf("the checksum of %d bytes is not %s", len(text), said)
		}
		found = found || sums.Get(name) != ""
	}
	return found, nil
}

func chunks(in *textproto.Reader) (text []byte, err error) {
	for {
		line, err := in.ReadLine()
		if err != nil {
			return nil, err
		}
		size, err := strconv.ParseInt(line, 16, 64)
		if err != nil || size == 0 {
			return text, err
		}
		chunk := make([]byte, size+int64(len("\r\n")))
		if _, err := io.ReadFull(in.R, chunk); err != nil {
			return nil, err
		}
		text = append(text, chunk[:size]...)
	}
}

func chunked(r *http.Request) bool { return r.Header.Get("Content-Encoding") == "aws-chunked" }
