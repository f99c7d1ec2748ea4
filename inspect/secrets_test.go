package inspect_test

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// T3, A3: no parameter of a presigned URL, and no key that a layer adds under any name, is
// shown anywhere: as the URL of a call, where a response or an error repeats it, or in bodies.
func TestNoSecretIsShown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const presigned = "https://b.s3.example.com/k?X-Amz-Credential=s3cr3t&X-Amz-Signature=s3cr3t&X-Amz-Security-Token=s3cr3t&X-Goog-Signature=s3cr3t&" +
			"AWSAccessKeyId=s3cr3t&Signature=s3cr3t&sig=s3cr3t&code=s3cr3t&page=2"
		in := inspect.New(inspect.WithPhases(), inspect.WithBodies(inspect.MaxBody), inspect.WithHeaders("X-Plan", "Link"))
		text := http.Header{"Location": {presigned + "&appid=s3cr3t"}, "Link": {"<" + presigned + "&appid=s3cr3t>; rel=next"}, "Content-Type": {"text/plain"}}
		c := client(t, in, script(
			step{wait: ms, status: 503, header: text, body: body("see "+presigned, ms)},
			step{wait: ms, err: errors.New("cannot get " + presigned + "&appid=s3cr3t with X-Plan s3cr3t")},
			step{wait: ms, status: 200, header: text, body: body("see "+presigned, ms)},
		), tripware.WithAuth("https://b.s3.example.com", auth.Query("appid", redact.NewSecret("s3cr3t"))),
			tripware.WithAuth("https://b.s3.example.com", auth.Header("X-Plan", redact.NewSecret("s3cr3t"))))
		req := request(t, http.MethodGet, presigned, strings.NewReader(`{"password":"s3cr3t"}`))
		req.Header.Set("Content-Type", "application/json")
		done := make(chan struct{})
		go func() {
			defer close(done)
			resp := attend(t, c, req)
			call := transport.CallOf(resp)
			shown := map[string]string{"timeline": inspect.Timeline(call), "curl": inspect.Curl(call, 1) + inspect.Curl(call, 2) + inspect.Curl(call, 3)}
			var har bytes.Buffer
			assert.NoError(t, inspect.WriteHAR(&har, call))
			assert.NoError(t, in.WriteHAR(&har, nil))
			shown["HAR"] = har.String()
			shown["stream"] = ask(t, in, "call?id=1").Body.String() + stream(t, in)
			for name, text := range shown {
				assert.NotContains(t, text, "s3cr3t", name)
				assert.Contains(t, text, "page=2", name)
			}
		}()
		synctest.Wait()
		for range 4 { // while it runs, too: in an attempt, and in a wait
			running := ask(t, in, "call?running=1&id=1")
			require.Equal(t, http.StatusOK, running.Code)
			assert.Contains(t, running.Body.String(), "page=2")
			assert.NotContains(t, running.Body.String()+stream(t, in), "s3cr3t")
			assert.NoError(t, sleep(t.Context(), 501*ms))
		}
		<-done
	})
}
