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
			step{wait: ms, status: 503, header: text, body: body("see "+presigned+", the plan s3cr3t is over", ms)},
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
			shown["text"] = ask(t, in, "?text").Body.String()
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
			assert.NotContains(t, running.Body.String()+stream(t, in)+ask(t, in, "?text").Body.String(), "s3cr3t")
			assert.NoError(t, sleep(t.Context(), 501*ms))
		}
		<-done
	})
}

// T3: a server that repeats a credential, as in "the key … is wrong", does not have it shown,
// also where a body is cut in it. What a layer adds and is too short for a secret stays.
func TestABodyThatRepeatsACredential(t *testing.T) {
	t.Parallel()
	for limit, want := range map[int]string{
		inspect.MaxBody: "your plan *** and key *** are over, true",
		20:              "your plan *** and",
		14:              "your plan ***", // has four letters of it
	} {
		in := inspect.New(inspect.WithBodies(limit))
		const origin = "https://a.example.com"
		c := client(t, in, script(step{status: 200, header: http.Header{"Content-Type": {"text/plain"}},
			body: body("your plan s3cr3t and key k3yk3y are over, true", 0)}),
			tripware.WithAuth(origin, auth.Header("X-Plan", redact.NewSecret("s3cr3t"))), tripware.WithAuth(origin, auth.Header("X-Flag", redact.NewSecret("true"))),
			tripware.WithAuth(origin, auth.Query("appid", redact.NewSecret("k3yk3y"))))
		send(t, c, request(t, http.MethodGet, origin, nil))
		var har bytes.Buffer
		require.NoError(t, in.WriteHAR(&har, nil))
		list := entries(t, har.Bytes())
		require.Len(t, list, 1)
		assert.Equal(t, want, member(list[0], "response", "content", "text"))
		assert.NotContains(t, ask(t, in, "call?id=1").Body.String(), "s3cr3t")
	}
}
