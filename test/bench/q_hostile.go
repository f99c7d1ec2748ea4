package bench

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/transport"
)

const (
	titleHostile = "A hostile header in a log line"
	nameSlowest  = "slowest"
	colMillis    = "ms"
)

// hostileHeader asks how long a log line takes that shows a header of 1 MiB.
func hostileHeader() question {
	return question{
		title: titleHostile, internal: true,
		columns: columnsOf(number, colMillis),
		measure: func(ctx context.Context, l lab) ([]row, error) {
			slowest := 0.0
			for _, piece := range []string{
				`"`, `\"`, `\\`, `%25`, `=`, `a=b&`, `apiKey=`, `{"a":"`, `\u0022`, `&#34;`, `://a@`, `[{"name":"`,
				`Bearer `, "a\n", `,`, `{[`, `%7B%22`,
			} {
				took, err := logLine(ctx, strings.Repeat(piece, l.pick(1<<20, 1<<12)/len(piece)))
				if err != nil {
					return nil, err
				}
				slowest = max(slowest, took.Seconds()*1000)
			}
			return []row{{name: nameSlowest, values: exactly(slowest)}}, nil
		},
	}
}

// logLine returns how long a call takes whose log shows a header with the text:
// the shortest of three, because whatever else runs can only add.
func logLine(ctx context.Context, text string) (time.Duration, error) {
	base := tripper(func(req *http.Request) (*http.Response, error) {
		return respond(req, http.StatusOK, http.Header{"X-Hostile": {text}}, ""), nil
	})
	var line bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&line, &slog.HandlerOptions{Level: slog.LevelDebug}))
	call := above(transport.Chain(base, logging.Attempts(logger, logging.WithHeaders("X-Hostile")))).gets()
	least := time.Duration(math.MaxInt64)
	for range 3 {
		line.Reset()
		begin := time.Now()
		err := call(ctx)
		least = min(least, time.Since(begin))
		if err != nil {
			return 0, err
		}
		if !strings.Contains(strings.ToLower(line.String()), "hostile") {
			return 0, errors.New("bench: the log does not show the header")
		}
	}
	return least, nil
}
