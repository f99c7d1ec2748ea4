package wire_test

import (
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/faults"
	"github.com/tripware/tripware/services"
)

// codec takes an answer as it is.
type codec struct{}

type envelope struct {
	Data any `json:"data"`
}

func (codec) Envelope(data any) services.Envelope           { return &envelope{Data: data} }
func (codec) Fault(*http.Response, []byte, *services.Error) {}
func (*envelope) Fill(http.Header, *services.Metadata)      {}

// S2, R19: a typed call reads no more of a response than its limit, after decompression. A body
// that breaks is retried, and a typed error in the end.
func TestTypedCallsBoundWhatTheyRead(t *testing.T) {
	t.Parallel()
	for _, r := range []struct {
		name string
		step faults.Step
		kind error
		sent int
	}{
		{"gzip bomb", faults.Step{Kind: faults.Bomb, Size: 64 << 20}, services.ErrTooLarge, 1},
		{"endless", faults.Step{Kind: faults.Endless}, services.ErrTooLarge, 1},
		{"truncated", faults.Step{Kind: faults.Truncate, Body: `{"data":{"name":"value"}}`}, services.ErrResponse, 6},
		{"not JSON", faults.Step{Body: "<html>"}, services.ErrResponse, 1},
	} {
		for _, protocol := range []string{http1, http2} {
			t.Run(r.name+", "+protocol, func(t *testing.T) {
				t.Parallel()
				s := newServer(t, protocol, r.step)
				var read atomic.Int64
				client, err := services.New(newClient(t, s, nil, countReads(&read)), s.URL, codec{}, services.WithMaxBody(100<<10))
				require.NoError(t, err)
				_, err = services.Do[map[string]string](t.Context(), client, "GET /things", nil, services.ByMethod)
				var failed *services.Error
				require.ErrorAs(t, err, &failed)
				require.ErrorIs(t, err, r.kind)
				assert.Equal(t, http.StatusOK, failed.Status)
				assert.Equal(t, r.sent, failed.Attempts)
				assert.LessOrEqual(t, len(failed.Body), 4<<10)
				assert.Less(t, read.Load(), int64(8<<20))
				assert.Len(t, s.Arrivals(""), r.sent)
			})
		}
	}
}
