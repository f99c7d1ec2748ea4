package auth_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/transport"
)

// C10: zero is no bound for the time of a fetch, and none for a wait and for bytes
// that are kept; never the default.
func TestZeroIsNoBoundOrNone(t *testing.T) {
	t.Parallel()
	const long = 1000 * time.Hour
	for name, check := range map[string]func(*testing.T){
		"a fetch has no timeout": func(t *testing.T) {
			source := auth.Refresh(func(ctx context.Context) (auth.Token, error) {
				_, bounded := ctx.Deadline()
				assert.False(t, bounded)
				time.Sleep(long)
				return auth.Token{Value: secret}, ctx.Err()
			}, auth.WithRefreshTimeout(0))
			assert.Equal(t, "Bearer canary", ask(t, source))
		},
		"no calm period": func(t *testing.T) {
			var fetches atomic.Int32
			source := auth.Refresh(numbered(0, &fetches), auth.WithRefreshCalm(0))
			for _, value := range []string{"Bearer t1", "Bearer t2", "Bearer t3"} {
				assert.Equal(t, value, ask(t, source))
				source.Renew(value)
			}
		},
		"no byte of a body is kept for its digest": func(t *testing.T) {
			base := &notary{}
			rt := auth.New(home, digesting(auth.WithDigestBuffer(0)))(base)
			req := request(t, http.MethodPost, home, io.MultiReader(bytes.NewReader([]byte("x"))))
			_, err := rt.RoundTrip(req)
			require.ErrorContains(t, err, "see auth.WithDigestBuffer")
			assert.Empty(t, base.received)
			send(t, rt, request(t, http.MethodPost, home, bytes.NewReader([]byte("x"))))
		},
		"no budget": func(t *testing.T) {
			require.NoError(t, transport.Check(auth.New(home, auth.Bearer(secret), auth.WithBudget(nil))(&server{})))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, check)
		})
	}
}
