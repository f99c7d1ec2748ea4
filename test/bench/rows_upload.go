package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

// An UploadRow is by how much the heap grows while a contestant sends a large
// body twice. Nil says that it cannot.
type UploadRow struct {
	Name             string
	Again, Seekable  *uint64 // bytes: with GetBody, and with a body that can seek
	WhyNot, WhyNever error   // why not with GetBody; why not with a body that can seek
}

// MeasureUploads measures one upload with one retry for each contestant, and
// each kind of body.
func MeasureUploads(ctx context.Context, e Effort) []UploadRow {
	var rows []UploadRow
	for _, c := range append(Contestants(), lone()) {
		if c.Retry == nil || c.Hedges {
			continue
		}
		row := UploadRow{Name: c.Name}
		row.Again, row.WhyNot = upload(ctx, c, Upload{Size: e.Upload, Again: true})
		row.Seekable, row.WhyNever = upload(ctx, c, Upload{Size: e.Upload})
		rows = append(rows, row)
	}
	return rows
}

// upload returns the growth of the heap over one upload.
func upload(ctx context.Context, c Contestant, body Upload) (*uint64, error) {
	taker := &taker{size: body.Size, buffer: make([]byte, 32<<10)}
	client, err := c.Retry(taker, noWaits())
	if err != nil {
		return nil, err
	}
	taker.peak = newPeak()
	if err := ok(client.Put(ctx, memoryURL, body)); err != nil {
		return nil, err
	}
	taker.peak.look()
	if taker.requests != 2 {
		return nil, fmt.Errorf("bench: %d requests instead of two", taker.requests)
	}
	return new(taker.peak.grown()), nil
}

// A taker reads bodies and answers 503 to the first, 200 to the next. One that
// is not as long as it should be it refuses.
type taker struct {
	size     int64
	buffer   []byte
	peak     *peak
	requests int
}

func (t *taker) RoundTrip(req *http.Request) (*http.Response, error) {
	t.requests++
	got, err := t.take(req.Body)
	if err != nil {
		return nil, err
	}
	status := http.StatusOK
	switch {
	case got != t.size:
		status = http.StatusBadRequest
	case t.requests == 1:
		status = http.StatusServiceUnavailable
	}
	return answer(req, status, http.Header{}, ""), nil
}

// take reads a body in small pieces and looks at the heap now and then.
func (t *taker) take(body io.ReadCloser) (int64, error) {
	if body == nil {
		return 0, nil
	}
	defer body.Close()
	const looks = 16
	var got, next int64
	for {
		n, err := body.Read(t.buffer)
		got += int64(n)
		if got >= next {
			t.peak.look()
			next += t.size / looks
		}
		if err == io.EOF {
			return got, nil
		}
		if err != nil {
			return got, err
		}
	}
}
