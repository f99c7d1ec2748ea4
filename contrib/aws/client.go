package aws

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// copied is the length of the longest body that cannot seek and is copied nevertheless.
const copied = 16 << 20

// A client sends the requests of the SDK through a chain. It implements the SDK's
// interface HTTPClient.
type client struct {
	http   *http.Client
	policy []retry.Option // of the chain's retry loop; nil if the SDK retries
}

// Do sends req, whose context has the service and the operation.
func (c *client) Do(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	operation := awsmiddleware.GetOperationName(ctx)
	if operation != "" {
		ctx = transport.WithRoute(ctx, awsmiddleware.GetServiceID(ctx)+"."+operation)
	}
	from, _ := ctx.Value(streamKey{}).(io.ReadSeeker) // nil if the SDK retries
	if c.policy != nil {
		ctx = retry.WithPolicy(ctx, c.policyFor(req, from)...)
		if reads(operation) {
			ctx = retry.Safe(ctx)
		}
	}
	sent := req.WithContext(ctx)
	if from != nil && req.Body != nil {
		body := &stream{from: from}
		defer body.release()
		sent.Body = body
	}
	return c.http.Do(sent) //nolint:gosec // the SDK has set the URL
}

func (c *client) policyFor(req *http.Request, from io.ReadSeeker) []retry.Option {
	policy := slices.Clip(c.policy)
	if from == nil && req.ContentLength > 0 && req.ContentLength <= copied {
		policy = append(policy, retry.WithReplayBuffer(req.ContentLength))
	}
	if repeated(req) {
		policy = append(policy, retry.WithMaxRetries(0))
	}
	return policy
}

// repeated reports whether a retryer of the SDK repeats an operation. It counts its attempts
// in a header.
func repeated(req *http.Request) bool {
	first, _, _ := strings.Cut(req.Header.Get("Amz-Sdk-Request"), ";")
	return first != "" && first != "attempt=1"
}

// checkRedirect follows the same redirects as the SDK's client. Another host must not get the
// token of temporary credentials. net/http removes the signature.
func checkRedirect(req *http.Request, via []*http.Request) error {
	switch req.Response.StatusCode {
	case http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return http.ErrUseLastResponse
	}
	if len(via) >= 10 { // as many as net/http follows
		return http.ErrUseLastResponse
	}
	if req.URL.Host != via[len(via)-1].URL.Host {
		req.Header.Del("X-Amz-Security-Token")
	}
	return nil
}

// reads reports whether an operation only reads, so that it is safe to retry although most
// services use POST for all operations. AWS names such operations by these verbs.
func reads(operation string) bool {
	for _, verb := range []string{"Get", "List", "Describe", "Head", "Query", "Scan", "BatchGet", "TransactGet"} {
		if rest, ok := strings.CutPrefix(operation, verb); ok && (rest == "" || rest[0] >= 'A' && rest[0] <= 'Z') {
			return true
		}
	}
	return false
}

// streamKey is the key of the stream in the context of a request.
type streamKey struct{}

func withStream(ctx context.Context, from io.ReadSeeker) context.Context {
	return context.WithValue(ctx, streamKey{}, from)
}
