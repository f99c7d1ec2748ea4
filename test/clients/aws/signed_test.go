package aws_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/aws"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

const (
	slowDown   = "<Error><Code>SlowDown</Code></Error>"
	throttling = "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code></Error></ErrorResponse>"
)

// configured returns a configuration for v, over a client with all layers of the default order.
func configured(t *testing.T, v *verifier, opts ...tripware.Option) sdk.Config {
	t.Helper()
	opts = append([]tripware.Option{
		tripware.WithBase(v.Client().Transport),
		tripware.WithIdentity(transport.WithUserAgent("backup/1")),
		tripware.WithRetry(retry.WithBaseDelay(0)),
	}, opts...)
	client, err := tripware.New(opts...)
	require.NoError(t, err)
	cfg, err := aws.Config(sdk.Config{Region: region, BaseEndpoint: &v.URL, Credentials: signer}, client.Transport)
	require.NoError(t, err)
	return cfg
}

// The verifier accepts the example of AWS's documentation, and nothing else
// (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
func TestTheVerifierKnowsTheExampleOfAWS(t *testing.T) {
	t.Parallel()
	example := func() *http.Request {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://examplebucket.s3.amazonaws.com/test.txt", http.NoBody)
		require.NoError(t, err)
		req.Header = http.Header{
			"Range":                {"bytes=0-9"},
			"X-Amz-Content-Sha256": {hashOf("")},
			"X-Amz-Date":           {"20130524T000000Z"},
			"Authorization": {"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request," +
				"SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
		}
		return req
	}
	now := time.Date(2013, 5, 24, 0, 1, 0, 0, time.UTC)
	require.NoError(t, verify(example(), nil, now))
	for name, tamper := range map[string]func(*http.Request){
		"method":        func(r *http.Request) { r.Method = http.MethodPut },
		"path":          func(r *http.Request) { r.URL.Path = "/other" },
		"query":         func(r *http.Request) { r.URL.RawQuery = "acl" },
		"host":          func(r *http.Request) { r.Host = "other.s3.amazonaws.com" },
		"signed header": func(r *http.Request) { r.Header.Set("Range", "bytes=0-8") },
		"header gone":   func(r *http.Request) { r.Header.Del("Range") },
		"date":          func(r *http.Request) { r.Header.Set("X-Amz-Date", "20130524T000001Z") },
		"no signature":  func(r *http.Request) { r.Header.Del("Authorization") },
	} {
		req := example()
		tamper(req)
		require.Error(t, verify(req, nil, now), name)
	}
	require.ErrorContains(t, verify(example(), []byte("body"), now), "the body is not the one that was signed")
	require.ErrorContains(t, verify(example(), nil, now.Add(15*time.Minute)), "signature expired")
}

// R2: the body and the signature of an upload are the same in every attempt. A body that can
// seek is not copied, and not framed by aws-chunked, unless its checksum is not a CRC32.
func TestAnUploadKeepsItsSignature(t *testing.T) {
	t.Parallel()
	text, long := strings.Repeat("0123456789abcdef", 128<<10), strings.Repeat("0123456789abcdef", 1088<<10) // 2 and 17 MiB
	const always, required = sdk.RequestChecksumCalculationWhenSupported, sdk.RequestChecksumCalculationWhenRequired
	unseekable := func(text string) io.Reader { return io.LimitReader(strings.NewReader(text), int64(len(text))) }
	for name, row := range map[string]struct {
		scheme   string
		body     io.Reader
		length   int
		checksum sdk.RequestChecksumCalculation
		kind     types.ChecksumAlgorithm
		chunked  bool
		attempts int
	}{
		"HTTP":                           {scheme: "http", body: strings.NewReader(text), length: len(text), checksum: always, attempts: 3},
		"HTTPS":                          {scheme: "https", body: strings.NewReader(long), length: len(long), checksum: always, attempts: 3},
		"HTTPS, without a checksum":      {scheme: "https", body: strings.NewReader(long), length: len(long), checksum: required, attempts: 3},
		"HTTPS, SHA-256":                 {scheme: "https", body: strings.NewReader(text), length: len(text), kind: types.ChecksumAlgorithmSha256, chunked: true, attempts: 3},
		"HTTPS, no seeking":              {scheme: "https", body: unseekable(text), length: len(text), checksum: always, chunked: true, attempts: 3},
		"HTTPS, no seeking and too long": {scheme: "https", body: unseekable(long), length: len(long), checksum: always, chunked: true, attempts: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := (&verifier{statuses: []int{503, 503}, failure: slowDown}).start(t, row.scheme)
			cfg := configured(t, v)
			cfg.RequestChecksumCalculation = row.checksum
			output, err := s3.NewFromConfig(cfg).PutObject(t.Context(), &s3.PutObjectInput{
				Bucket: new("bucket"), Key: new("a key/ä"), Body: row.body, ContentLength: new(int64(row.length)),
				ChecksumAlgorithm: row.kind, Metadata: map[string]string{"owner": "team a"},
			})
			require.Empty(t, v.errs)
			require.Len(t, v.seen, row.attempts)
			for _, r := range v.seen {
				require.Equal(t, v.seen[0], r)
			}
			t.Logf("%d attempts with %s", len(v.seen), v.seen[0].authorization)
			assert.Equal(t, row.chunked, v.seen[0].chunked)
			assert.Equal(t, row.checksum != required, v.seen[0].checked)
			assert.NotEmpty(t, v.seen[0].transaction, "a header that is not signed")
			assert.Contains(t, v.seen[0].agent, "aws-sdk-go-v2")
			if row.attempts == 1 {
				require.Error(t, err)
				assert.Equal(t, retry.ReasonNotReplayable, aws.CallOfError(err).Reason())
				return
			}
			require.NoError(t, err)
			assert.Equal(t, row.attempts, aws.CallOf(output.ResultMetadata).AttemptCount())
		})
	}
}

// R4: an operation with POST is retried with its signature if AWS throttles it, by a 400 with
// a code, also if it does not only read.
func TestAThrottledOperationKeepsItsSignature(t *testing.T) {
	t.Parallel()
	operations := map[string]func(context.Context, *sts.Client) (*transport.Call, error){
		"AssumeRole": func(ctx context.Context, c *sts.Client) (*transport.Call, error) {
			output, err := c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: new("arn:aws:iam::1:role/r"), RoleSessionName: new("session")})
			if err != nil {
				return nil, err
			}
			return aws.CallOf(output.ResultMetadata), nil
		},
		"GetCallerIdentity": func(ctx context.Context, c *sts.Client) (*transport.Call, error) {
			output, err := c.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
			if err != nil {
				return nil, err
			}
			return aws.CallOf(output.ResultMetadata), nil
		},
	}
	for name, operation := range operations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := (&verifier{
				statuses: []int{400, 400}, failure: throttling,
				success: "<" + name + "Response><" + name + "Result></" + name + "Result></" + name + "Response>",
			}).start(t, "http")
			call, err := operation(t.Context(), sts.NewFromConfig(configured(t, v)))
			require.NoError(t, err)
			require.Empty(t, v.errs)
			require.Len(t, v.seen, 3)
			for _, r := range v.seen {
				require.Equal(t, v.seen[0], r)
			}
			t.Logf("%d attempts with %s", len(v.seen), v.seen[0].authorization)
			assert.Equal(t, 3, call.AttemptCount())
			route, _ := transport.Fact[transport.Route](call)
			assert.Equal(t, transport.Route("STS."+name), route)
		})
	}
}

// A server that verifies signatures refuses a request in which a layer has changed what is
// signed. Other headers may change.
func TestASignedHeaderMustNotChange(t *testing.T) {
	t.Parallel()
	set := func(name, value string) tripware.Option {
		return tripware.PerAttempt(func(next http.RoundTripper) http.RoundTripper {
			return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
				req = req.Clone(req.Context())
				req.Header.Set(name, value)
				return next.RoundTrip(req)
			})
		})
	}
	for name, accepted := range map[string]bool{
		"X-Amz-Meta-Owner": false, "Amz-Sdk-Invocation-Id": false, "Content-Type": false, "X-Amz-Date": false, "X-Amz-Content-Sha256": false,
		"User-Agent": true, "X-Request-Id": true, "X-Amzn-Trace-Id": true,
	} {
		v := (&verifier{failure: slowDown}).start(t, "http")
		output, err := s3.NewFromConfig(configured(t, v, set(name, "changed"))).PutObject(t.Context(), &s3.PutObjectInput{
			Bucket: new("bucket"), Key: new("key"), Body: strings.NewReader("body"), ContentType: new("text/plain"), Metadata: map[string]string{"owner": "a"},
		})
		if accepted {
			require.NoError(t, err, name)
			assert.Equal(t, 1, aws.CallOf(output.ResultMetadata).AttemptCount())
			continue
		}
		var fault smithy.APIError
		require.ErrorAs(t, err, &fault, name)
		assert.Equal(t, "SignatureDoesNotMatch", fault.ErrorCode())
		assert.Equal(t, 1, aws.CallOfError(err).AttemptCount(), "it is not retried")
		require.Len(t, v.errs, 1)
		t.Logf("%s: %v", name, v.errs[0])
	}
}

// A signature has an age: a call whose attempts take longer is refused. If it was the clock that
// is wrong, the SDK has learned that from the response, and signs the next call by the
// server's time.
func TestASignatureExpires(t *testing.T) {
	t.Parallel()
	const late = 6 * time.Minute
	v := (&verifier{statuses: []int{503}, failure: throttling, success: identity, late: []time.Duration{0, late, late}}).start(t, "http")
	client := sts.NewFromConfig(configured(t, v))
	_, err := client.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	var fault smithy.APIError
	require.ErrorAs(t, err, &fault)
	assert.Equal(t, "SignatureDoesNotMatch", fault.ErrorCode())
	assert.Equal(t, 2, aws.CallOfError(err).AttemptCount())
	require.Len(t, v.errs, 1)
	require.ErrorContains(t, v.errs[0], "signature expired")

	output, err := client.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	require.NoError(t, err)
	assert.Equal(t, "1", *output.Account)
}

// A client over a chain can presign requests; the body of an upload need not be known.
func TestAClientPresigns(t *testing.T) {
	t.Parallel()
	v := (&verifier{}).start(t, "https")
	cfg := configured(t, v)
	cfg.RequestChecksumCalculation = sdk.RequestChecksumCalculationWhenSupported
	presign := s3.NewPresignClient(s3.NewFromConfig(cfg))
	get, err := presign.PresignGetObject(t.Context(), &s3.GetObjectInput{Bucket: new("bucket"), Key: new("key")})
	require.NoError(t, err)
	put, err := presign.PresignPutObject(t.Context(), &s3.PutObjectInput{Bucket: new("bucket"), Key: new("key")})
	require.NoError(t, err)
	for _, url := range []string{get.URL, put.URL} {
		assert.Contains(t, url, "X-Amz-Signature=")
	}
	assert.Empty(t, v.seen, "nothing is sent")
}
