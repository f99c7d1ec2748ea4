package aws_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/contrib/aws"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// A3: a presigned URL is a credential. Neither a log nor an error nor the record shows it.
func TestAPresignedURLIsMasked(t *testing.T) {
	t.Parallel()
	s := serve(t, times(9, response{status: 503})...)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/key?X-Amz-Expires=60", http.NoBody)
	require.NoError(t, err)
	credentials := sdk.Credentials{AccessKeyID: "AKIACANARY", SecretAccessKey: "secret", SessionToken: "token/canary+"}
	url, _, err := v4.NewSigner().PresignHTTP(t.Context(), credentials, req, "UNSIGNED-PAYLOAD", "s3", "eu-central-1", time.Now())
	require.NoError(t, err)
	require.Contains(t, url, "AKIACANARY")
	_, signature, found := strings.Cut(url, "X-Amz-Signature=")
	require.True(t, found)
	require.GreaterOrEqual(t, len(signature), 64)

	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	rt := transport.Chain(connections(t), logging.Calls(logger), retry.New(retry.WithMaxRetries(1), retry.WithBaseDelay(0)), logging.Attempts(logger))
	get, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	for range 2 { // with a response, and with an error
		resp, err := rt.RoundTrip(get)
		call := aws.CallOfError(err)
		if resp != nil {
			require.NoError(t, resp.Body.Close())
			call = transport.CallOf(resp)
		}
		seen := fmt.Sprint(err, call)
		assert.Contains(t, seen+log.String(), s.URL+"/key")
		for _, canary := range []string{"AKIACANARY", "token", "canary", signature[:64]} {
			assert.NotContains(t, seen, canary)
			assert.NotContains(t, log.String(), canary)
		}
		s.Close()
	}
	assert.GreaterOrEqual(t, strings.Count(log.String(), "\n"), 4, "two attempts and a call, twice")
}
