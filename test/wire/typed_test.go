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

// S2: a typed call reads no more of an answer than its limit, after
// decompression; a body that breaks is a typed error, and the call is not repeated.
func TestTypedCallsBoundWhatTheyRead(t *testing.T) {
	t.Parallel()
	for _, r := range []struct {
		name string
		step faults.Step
		kind error
	}{
		{"gzip bomb", faults.Step{Kind: faults.Bomb, Size: 64 << 20}, services.ErrTooLarge},
		{"endless", faults.Step{Kind: faults.Endless}, services.ErrTooLarge},
		{"truncated", faults.Step{Kind: faults.Truncate, Body: `{"data":{"name":"value"}}`}, services.ErrResponse},
		{"not JSON", faults.Step{Body: "<html>"}, services.ErrResponse},
	} {
		for _, protocol := range []string{http1, http2} {
			t.Run(r.name+", "+protocol, func(t *testing.T) {
				t.Parallel()
				s := newServer(t, protocol, r.step)
				var read atomic.Int64
				client, err := services.New(newClient(t, s, nil, countReads(&read)), s.URL, codec{}, services.WithMaxBody(100<<10))
				require.NoError(t, err)
				_, err = services.Do[map[string]string](t.Context(), client, "GET /things", nil)
				var failed *services.Error
				require.ErrorAs(t, err, &failed)
				require.ErrorIs(t, err, r.kind)
				assert.Equal(t, http.StatusOK, failed.Status)
				assert.Equal(t, 1, failed.Attempts)
				assert.LessOrEqual(t, len(failed.Body), 4<<10)
				assert.Less(t, read.Load(), int64(8<<20))
				assert.Len(t, s.Arrivals(""), 1)
			})
		}
	}
}
