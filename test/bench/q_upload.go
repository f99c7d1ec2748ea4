package bench

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
)

const (
	titleUpload = "64 MiB, sent twice"

	colGetBody  = "GetBody"
	colSeekable = "seekable"
)

// uploads asks how much memory a large upload takes that is retried once.
func uploads() question {
	return question{
		title: titleUpload,
		text: "How much the heap grows at most while 64 MiB are uploaded, refused with 503 and uploaded again. The body itself " +
			"takes no memory. It can be read again by `GetBody`, or by seeking.",
		columns: columnsOf(memory, colGetBody, colSeekable),
		measure: func(ctx context.Context, l lab) ([]row, error) {
			var rows []row
			for _, c := range append(contestants(), around()) {
				if c.retry == nil {
					continue
				}
				r := row{name: c.name}
				for _, seekable := range []bool{false, true} {
					grown, err := upload(ctx, c, body{zeros: int64(l.pick(64, 1)) << 20, seekable: seekable})
					if err != nil {
						return nil, fmt.Errorf("%s: %w", c.name, err)
					}
					if math.IsNaN(grown.mid) {
						r.remark = "its second request did not have the whole body."
					}
					r.values = append(r.values, grown)
				}
				rows = append(rows, r)
			}
			return rows, nil
		},
	}
}

// upload returns by how much the heap grows during one upload with one retry, or a
// missing value if the second request did not have the whole body.
func upload(ctx context.Context, c contestant, b body) (value, error) {
	t := &taker{size: b.zeros, buffer: make([]byte, 32<<10)}
	sender, err := c.retry(t, noWaits())
	if err != nil {
		return missing(), err
	}
	before := live()
	status, err := sender.send(ctx, http.MethodPut, memoryURL, b)
	switch {
	case err != nil:
		return missing(), err
	case t.requests != 2:
		return missing(), fmt.Errorf("%d requests instead of 2", t.requests)
	case status == http.StatusBadRequest:
		return missing(), nil
	}
	return exact(max(t.peak, heap()) - before), nil
}

// A taker reads request bodies. It responds with 503 to the first and with 200 to
// the next one, but with 400 to one that is not as long as it should be. It knows
// the largest size that the heap had meanwhile.
type taker struct {
	size     int64
	buffer   []byte
	requests int
	peak     float64
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
	return respond(req, status, http.Header{}, ""), nil
}

// take reads a body in small pieces and looks at the heap sixteen times.
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
			t.peak = max(t.peak, heap())
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
