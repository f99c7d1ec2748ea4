package aws_test

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	awsretry "github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/aws"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// C10: a configuration in which two loops would retry, or none, is refused, as is any other
// that would be silently ignored.
func TestAnInvalidConfigurationIsRefused(t *testing.T) {
	t.Parallel()
	retries, plain := transport.Chain(nil, retry.New()), transport.Chain(nil)
	own := func() sdk.Retryer { return awsretry.NewStandard() }
	first := func(retry.Outcome) retry.Answer { return retry.AsUsual }
	for name, row := range map[string]struct {
		cfg   sdk.Config
		chain http.RoundTripper
		opts  []aws.Option
		want  string
	}{
		"no chain":           {chain: nil, want: "aws: the chain is nil: pass the Transport of a client from tripware.New, or a transport.Chain"},
		"a nil pointer":      {chain: (*http.Transport)(nil), want: "aws: the chain is invalid: transport: build chain: the base is a nil *http.Transport"},
		"an invalid chain":   {chain: transport.Chain(nil, retry.New(retry.WithMaxRetries(-1))), want: "aws: the chain is invalid: retry: max retries -1 is negative"},
		"two loops":          {chain: retries, opts: []aws.Option{aws.KeepRetryer()}, want: "so their attempts would multiply: switch the chain's retries off with retry.Off, or leave KeepRetryer out"},
		"no loop":            {chain: plain, want: "so nothing would retry: add retry.New to the chain, or use KeepRetryer"},
		"a loop that is off": {chain: transport.Chain(nil, retry.New(retry.Off())), want: "so nothing would retry"},
		"a retryer":          {cfg: sdk.Config{Retryer: own}, chain: retries, want: "aws: the configuration has a Retryer, which the chain's retry loop would replace"},
		"twice":              {cfg: configure(t, retries), chain: retries, want: "aws: the configuration has a Retryer"},
		"no use":             {chain: plain, opts: []aws.Option{aws.KeepRetryer(), aws.WithClassifier(first)}, want: "aws: WithClassifier has no effect with KeepRetryer: remove one of them"},
	} {
		_, err := aws.Config(row.cfg, row.chain, row.opts...)
		require.ErrorContains(t, err, row.want, name)
	}
	_, err := aws.Config(sdk.Config{Retryer: own}, transport.Chain(nil, retry.New(retry.Off())), aws.KeepRetryer(), nil)
	require.NoError(t, err)
	client, err := tripware.New()
	require.NoError(t, err)
	_, err = aws.Config(sdk.Config{}, client.Transport)
	require.NoError(t, err)
}

// The configuration that was passed in stays as it was.
func TestConfigReturnsACopy(t *testing.T) {
	t.Parallel()
	was := sdk.Config{Region: "eu-central-1", RetryMaxAttempts: 7}
	cfg, err := aws.Config(was, chain(t))
	require.NoError(t, err)
	assert.Equal(t, sdk.Config{Region: "eu-central-1", RetryMaxAttempts: 7}, was)
	assert.Equal(t, "eu-central-1", cfg.Region)
	assert.Equal(t, 1, cfg.Retryer().MaxAttempts())
	assert.Zero(t, cfg.RetryMaxAttempts, "the SDK would announce as many attempts")
}

// R1: one loop retries: that of the chain, or the SDK's if it is kept.
func TestOneLoopRetries(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		rt    http.RoundTripper
		opts  []aws.Option
		after func(*sdk.Config)
		want  int
	}{
		"the chain's": {rt: chain(t), want: 4},
		"the SDK's":   {rt: transport.Chain(connections(t)), opts: []aws.Option{aws.KeepRetryer()}, want: 3},
		"the SDK's above a loop that is off": {
			rt: chain(t, retry.Off()), opts: []aws.Option{aws.KeepRetryer()}, want: 3,
		},
		"the chain's, and then that of the client's options": {
			rt: chain(t), want: 4 + 1 + 1, after: func(cfg *sdk.Config) { cfg.Retryer = nil }, // what Options.Retryer does
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, times(20, response{status: 503})...)
			cfg := configure(t, row.rt, row.opts...)
			if row.after != nil {
				row.after(&cfg)
			}
			ctx, call := transport.Begin(t.Context())
			_, err := operation{name: "PutObject", method: http.MethodPut, url: s.URL, body: strings.NewReader("text")}.run(ctx, cfg)
			require.Error(t, err)
			assert.Equal(t, row.want, s.count())
			assert.Equal(t, row.want, call.AttemptCount())
			for _, body := range s.bodies {
				assert.Equal(t, "text", string(body))
			}
		})
	}
}

// One configuration serves operations that run at the same time.
func TestAConfigurationServesConcurrentOperations(t *testing.T) {
	t.Parallel()
	cfg := configure(t, chain(t))
	var group sync.WaitGroup
	for i := range 8 {
		s := serve(t, response{status: 503})
		text := strings.Repeat(strconv.Itoa(i), 1<<10)
		group.Go(func() {
			put := operation{name: "PutObject", method: http.MethodPut, url: s.URL, body: io.LimitReader(strings.NewReader(text), 1<<10), length: 1 << 10}
			_, err := put.run(t.Context(), cfg)
			assert.NoError(t, err)
			assert.Equal(t, [][]byte{[]byte(text), []byte(text)}, s.bodies)
		})
	}
	group.Wait()
}

// R4: after a response that may mean that the operation was executed, only those that are
// safe to retry are.
func TestOperationsThatOnlyReadAreRetried(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{
		"GetCallerIdentity": 2, "ListQueues": 2, "DescribeTable": 2, "BatchGetItem": 2, "TransactGetItems": 2, "Query": 2, "Scan": 2, "HeadThing": 2,
		"AssumeRole": 1, "PutItem": 1, "BatchWriteItem": 1, "Getaway": 1, "Listen": 1, "ReceiveMessage": 1, "": 1,
	} {
		for _, first := range []response{{status: 503}, {status: broken}} {
			s := serve(t, first)
			_, err := operation{name: name, method: http.MethodPost, url: s.URL, body: strings.NewReader("{}")}.run(t.Context(), configure(t, chain(t)))
			assert.Equal(t, want, s.count(), "%s after %d", name, first.status)
			assert.Equal(t, want == 1, err != nil)
			if want == 1 {
				require.NotNil(t, aws.CallOfError(err), name)
				assert.Equal(t, retry.ReasonMethod, aws.CallOfError(err).Reason(), name)
			}
		}
	}
	s := serve(t, response{status: 503})
	_, err := operation{name: "AssumeRole", method: http.MethodPost, url: s.URL}.run(retry.Safe(t.Context()), configure(t, chain(t)))
	require.NoError(t, err)
	assert.Equal(t, 2, s.count(), "the caller says that it is safe")
}

// R4, R18: an operation that AWS has throttled is retried whatever its method, although the
// status is 400. Every protocol of AWS says so in its own way.
func TestThrottlingIsFoundByItsCode(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		response
		want int
	}{
		"the header of REST":        {response{header: http.Header{"X-Amzn-Errortype": {"ThrottlingException:http://internal.amazon.com/coral/"}}}, 2},
		"JSON with a namespace":     {response{body: `{"message":"slow down","__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}`}, 2},
		"JSON with a code":          {response{body: `{"status":400,"code":"TooManyRequestsException"}`}, 2},
		"JSON that is cut":          {response{body: `{"__type":"ThrottlingException","message":"` + strings.Repeat("x", 9<<10) + `"}`}, 2},
		"XML of Query":              {response{body: "<?xml version=\"1.0\"?>\n<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>Throttling</Code></Error></ErrorResponse>"}, 2},
		"XML of EC2":                {response{body: "<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>"}, 2},
		"XML of S3":                 {response{status: 503, body: "<Error><Code>SlowDown</Code></Error>"}, 2},
		"the header of Query":       {response{header: http.Header{"X-Amzn-Query-Error": {"RequestThrottled;Sender"}}, body: `{"__type":"com.amazonaws.sqs#Other"}`}, 2},
		"CBOR":                      {response{body: "\xa1\x66__type\x73ThrottlingException"}, 2},
		"CBOR with a namespace":     {response{body: "\xbf\x66__type\x78\x34com.amazonaws.dynamodb.v20120810#ThrottlingException\xff"}, 2},
		"not received completely":   {response{body: "<Error><Code>RequestTimeout</Code></Error>"}, 2},
		"another code":              {response{body: `{"__type":"ValidationException","message":"ThrottlingException"}`}, 1},
		"another code in a header":  {response{header: http.Header{"X-Amzn-Errortype": {"AccessDenied"}}, body: `{"__type":"ThrottlingException"}`}, 1},
		"the clock":                 {response{status: 403, body: "<Error><Code>RequestTimeTooSkewed</Code></Error>"}, 1},
		"an inner member":           {response{body: `{"detail":{"__type":"ThrottlingException"}}`}, 1},
		"a code that is not a text": {response{body: `{"code":400,"list":["ThrottlingException"]}`}, 1},
		"no code":                   {response{}, 1},
		"no JSON":                   {response{body: `{"__type`}, 1},
		"no XML":                    {response{body: `<Code>Throttling`}, 1},
		"no CBOR":                   {response{body: "\xbf\x66__type\x78\xffThrottlingException"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			row.status = max(row.status, http.StatusBadRequest)
			s := serve(t, row.response)
			_, err := operation{name: "AssumeRole", method: http.MethodPost, url: s.URL, body: strings.NewReader("Action=AssumeRole")}.
				run(t.Context(), configure(t, chain(t)))
			assert.Equal(t, row.want, s.count())
			assert.Equal(t, row.want == 1, err != nil)
		})
	}
}

// R18: a classifier of the caller decides before the codes.
func TestAClassifierOfTheCallerDecidesFirst(t *testing.T) {
	t.Parallel()
	first := aws.WithClassifier(func(o retry.Outcome) retry.Answer {
		switch {
		case strings.Contains(string(o.Prefix()), "Quota"):
			return retry.No
		case o.Status == http.StatusConflict:
			return retry.Yes
		}
		return retry.AsUsual
	})
	for want, resp := range map[int]response{
		1: {status: 400, body: `{"__type":"ThrottlingException","message":"Quota"}`},
		2: {status: 409},
		3: {status: 400, body: `{"__type":"ThrottlingException"}`},
	} {
		s := serve(t, times(max(1, want-1), resp)...)
		_, err := operation{name: "PutItem", method: http.MethodPost, url: s.URL}.run(t.Context(), configure(t, chain(t), first))
		assert.Equal(t, want == 1, err != nil)
		assert.Equal(t, want, s.count())
	}
}

// D2: the record of a call is found after a success, an error of the service and one of the
// network. It has the operation's name.
func TestTheRecordIsFound(t *testing.T) {
	t.Parallel()
	s := serve(t, response{status: 503}, response{}, response{status: 404})
	cfg := configure(t, chain(t))
	get := operation{name: "GetObject", method: http.MethodGet, url: s.URL}
	metadata, err := get.run(t.Context(), cfg)
	require.NoError(t, err)
	require.NotNil(t, aws.CallOf(metadata))
	assert.Equal(t, 2, aws.CallOf(metadata).AttemptCount())
	route, _ := transport.Fact[transport.Route](aws.CallOf(metadata))
	assert.Equal(t, transport.Route("Test.GetObject"), route)

	metadata, err = get.run(t.Context(), cfg)
	require.Error(t, err)
	require.NotNil(t, aws.CallOfError(err))
	assert.Same(t, aws.CallOf(metadata), aws.CallOfError(err))
	assert.Equal(t, 1, aws.CallOfError(err).AttemptCount())

	s.Close()
	_, err = get.run(t.Context(), cfg)
	require.Error(t, err)
	require.NotNil(t, aws.CallOfError(err))
	assert.Equal(t, 4, aws.CallOfError(err).AttemptCount())

	assert.Nil(t, aws.CallOfError(nil))
	assert.Nil(t, aws.CallOfError(errors.New("of another kind")))
}

// The SDK replaces the error of an operation that the caller canceled, so only the record that
// the caller began is left.
func TestACanceledOperationHasOnlyTheRecordThatWasBegun(t *testing.T) {
	t.Parallel()
	s := serve(t, times(9, response{status: 503})...)
	ctx, call := transport.Begin(t.Context())
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cfg := configure(t, chain(t, retry.WithHook(func(context.Context, retry.Event) { cancel() })))
	_, err := operation{name: "GetObject", method: http.MethodGet, url: s.URL}.run(ctx, cfg)
	require.ErrorIs(t, err, context.Canceled)
	assert.Nil(t, aws.CallOfError(err))
	assert.Equal(t, 1, call.AttemptCount())
}

// The settings for TLS that the SDK has loaded can be kept: see the comment of Config.
func TestTheTransportOfTheSDKCanBeTheBase(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	loaded := sdk.Config{HTTPClient: awshttp.NewBuildableClient().WithTransportOptions(func(tr *http.Transport) {
		tr.TLSClientConfig.RootCAs, tr.DisableKeepAlives = roots, true
	})}
	buildable, ok := loaded.HTTPClient.(*awshttp.BuildableClient)
	require.True(t, ok)
	client, err := tripware.New(tripware.WithBase(buildable.GetTransport()))
	require.NoError(t, err)
	cfg, err := aws.Config(loaded, client.Transport)
	require.NoError(t, err)
	metadata, err := operation{name: "GetObject", method: http.MethodGet, url: server.URL}.run(t.Context(), cfg)
	require.NoError(t, err)
	assert.Equal(t, 1, aws.CallOf(metadata).AttemptCount())
}

// Redirects are followed as by the SDK's client.
func TestOnlyRedirectsThatKeepTheMethodAreFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := serve(t)
	for status, want := range map[int]int{301: 0, 302: 0, 303: 0, 307: 1, 308: 1} {
		s := serve(t, response{status: status, header: http.Header{"Location": {elsewhere.URL}}})
		before := elsewhere.count()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, http.NoBody)
		require.NoError(t, err)
		req.Header.Set("X-Amz-Security-Token", "canary")
		resp, err := configure(t, chain(t)).HTTPClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, want, elsewhere.count()-before, status)
		assert.Equal(t, want == 0, resp.StatusCode == status)
	}
	for _, req := range elsewhere.requests {
		assert.Empty(t, req.Header["X-Amz-Security-Token"])
	}
}

// R2: a body is sent again with the same bytes, by seeking if it can, and else from a copy.
func TestABodyIsSentAgain(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("0123456789abcdef", 128<<10) // 2 MiB, which a chain does not copy by default
	long := strings.Repeat(text, 9)
	offset := strings.NewReader("before" + text)
	_, err := offset.Seek(int64(len("before")), io.SeekStart)
	require.NoError(t, err)
	for name, row := range map[string]struct {
		body io.Reader
		want string
		sent int
	}{
		"that can seek":                 {strings.NewReader(long), long, 3},
		"from its offset":               {offset, text, 3},
		"that cannot seek":              {io.LimitReader(strings.NewReader(text), int64(len(text))), text, 3},
		"that is too long to be copied": {io.LimitReader(strings.NewReader(long), int64(len(long))), long, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, times(2, response{status: 503})...)
			_, err := operation{name: "PutObject", method: http.MethodPut, url: s.URL, body: row.body, length: int64(len(row.want))}.
				run(t.Context(), configure(t, chain(t)))
			require.Len(t, s.bodies, row.sent)
			for _, body := range s.bodies {
				require.Equal(t, sha256.Sum256([]byte(row.want)), sha256.Sum256(body))
			}
			if row.sent == 1 {
				require.NotNil(t, aws.CallOfError(err))
				assert.Equal(t, retry.ReasonNotReplayable, aws.CallOfError(err).Reason())
				return
			}
			require.NoError(t, err)
		})
	}
}
