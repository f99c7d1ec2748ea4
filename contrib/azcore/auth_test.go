package azcore_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	azure "github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/azcore"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// A credential gives a new token each time, and remembers the claims of the last one.
type credential struct {
	tokens int
	claims string
}

func (c *credential) GetToken(_ context.Context, o policy.TokenRequestOptions) (azure.AccessToken, error) {
	c.tokens++
	c.claims = o.Claims
	return azure.AccessToken{Token: fmt.Sprint("token-", c.tokens), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// The policy with the bearer token is above the chain. A challenge makes it fetch another
// token and send the body again, between attempts that the chain retries. A context from
// Begin has all of it on one record.
func TestAChallengeRenewsTheToken(t *testing.T) {
	t.Parallel()
	const claims = `{"access_token":{"nbf":{"essential":true}}}`
	challenge := status(401, "Www-Authenticate",
		`Bearer error="insufficient_claims", claims="`+base64.StdEncoding.EncodeToString([]byte(claims))+`"`)
	s := serve(t, status(503), challenge, status(429), status(201))
	options, err := azcore.ClientOptions(s.chain(t))
	require.NoError(t, err)
	issuer := &credential{}
	pipeline := runtime.NewPipeline("test", "v1.0.0", runtime.PipelineOptions{PerRetry: []policy.Policy{
		runtime.NewBearerTokenPolicy(issuer, []string{"scope"}, &policy.BearerTokenOptions{InsecureAllowCredentialWithHTTP: true}),
	}}, &options)

	ctx, call := transport.Begin(t.Context())
	req, err := runtime.NewRequest(ctx, http.MethodPut, s.URL)
	require.NoError(t, err)
	require.NoError(t, req.SetBody(streaming.NopCloser(strings.NewReader("text")), "text/plain"))
	resp, err := pipeline.Do(req)
	require.NoError(t, err)

	assert.Equal(t, 201, resp.StatusCode)
	assert.Equal(t, []string{"text", "text", "text", "text"}, s.bodies())
	var tokens, ids []string
	for _, got := range s.got() {
		tokens = append(tokens, got.header.Get("Authorization"))
		ids = append(ids, got.header.Get(transport.HeaderTransactionID))
	}
	assert.Equal(t, []string{"Bearer token-1", "Bearer token-1", "Bearer token-2", "Bearer token-2"}, tokens)
	assert.JSONEq(t, claims, issuer.claims)
	assert.Same(t, call, transport.CallOf(resp))
	assert.Equal(t, 4, call.AttemptCount())
	for _, id := range ids {
		assert.Equal(t, call.TransactionID(), id)
	}
}

// A client without a credential of azcore may use one of the chain, which renews its token.
func TestTheChainMayHaveTheCredential(t *testing.T) {
	t.Parallel()
	s := serve(t, status(401), status(503), status(200))
	n := 0
	source := auth.Refresh(func(context.Context) (auth.Token, error) {
		n++
		return auth.Token{Value: redact.NewSecret(fmt.Sprint("token-", n))}, nil
	}, auth.WithRefreshCalm(0))
	options, err := azcore.ClientOptions(s.chain(t, tripware.WithAuth(s.URL, source)))
	require.NoError(t, err)
	resp, err := send(t.Context(), options, http.MethodPut, s.URL, streaming.NopCloser(strings.NewReader("text")))
	require.NoError(t, err)
	assert.Equal(t, []string{"text", "text", "text"}, s.bodies())
	assert.Equal(t, 3, transport.CallOf(resp).AttemptCount())
	assert.Equal(t, 2, n)
}
