package aws_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	awsretry "github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/contrib/aws"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// An operation is a call of an AWS service, as a generated client makes it.
type operation struct {
	name   string // such as GetCallerIdentity
	method string
	url    string
	body   io.Reader
	length int64 // of a body that cannot tell it
}

// run runs the operation with the middlewares of generated clients that matter here.
func (o operation) run(ctx context.Context, cfg sdk.Config) (middleware.Metadata, error) {
	stack := middleware.NewStack(o.name, smithyhttp.NewStackRequest)
	retryer := sdk.Retryer(awsretry.NewStandard(func(s *awsretry.StandardOptions) { s.Backoff = noBackoff }))
	if cfg.Retryer != nil {
		retryer = cfg.Retryer()
	}
	for _, err := range []error{
		stack.Initialize.Add(&awsmiddleware.RegisterServiceMetadata{ServiceID: "Test", OperationName: o.name}, middleware.After),
		stack.Serialize.Add(middleware.SerializeMiddlewareFunc("serialize", o.serialize), middleware.After),
		stack.Finalize.Add(awsretry.NewAttemptMiddleware(retryer, smithyhttp.RequestCloner), middleware.After),
		stack.Deserialize.Add(&awsmiddleware.AddRawResponse{}, middleware.Before),
		stack.Deserialize.Add(&awshttp.ResponseErrorWrapper{}, middleware.After),
		stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("deserialize", deserialize), middleware.After),
	} {
		if err != nil {
			return middleware.Metadata{}, err
		}
	}
	for _, option := range cfg.APIOptions {
		if err := option(stack); err != nil {
			return middleware.Metadata{}, err
		}
	}
	_, metadata, err := middleware.DecorateHandler(smithyhttp.NewClientHandlerWithOptions(cfg.HTTPClient), stack).Handle(ctx, nil)
	return metadata, err
}

var noBackoff = awsretry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })

func (o operation) serialize(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (
	middleware.SerializeOutput, middleware.Metadata, error,
) {
	req, ok := in.Request.(*smithyhttp.Request)
	if !ok {
		return middleware.SerializeOutput{}, middleware.Metadata{}, fmt.Errorf("a request of type %T", in.Request)
	}
	built, err := http.NewRequestWithContext(ctx, o.method, o.url, http.NoBody)
	if err != nil {
		return middleware.SerializeOutput{}, middleware.Metadata{}, err
	}
	req.Request = built
	if req, err = req.SetStream(o.body); err != nil {
		return middleware.SerializeOutput{}, middleware.Metadata{}, err
	}
	if o.length > 0 {
		req.ContentLength = o.length
	}
	in.Request = req
	return next.HandleSerialize(ctx, in)
}

func deserialize(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
	out middleware.DeserializeOutput, metadata middleware.Metadata, err error,
) {
	if out, metadata, err = next.HandleDeserialize(ctx, in); err != nil {
		return out, metadata, err
	}
	resp, ok := out.RawResponse.(*smithyhttp.Response)
	if !ok {
		return out, metadata, fmt.Errorf("a response of type %T", out.RawResponse)
	}
	if _, err = io.Copy(io.Discard, resp.Body); err == nil {
		err = resp.Body.Close()
	}
	if err == nil && resp.StatusCode >= http.StatusMultipleChoices {
		err = &smithy.GenericAPIError{Code: http.StatusText(resp.StatusCode)}
	}
	return out, metadata, err
}

// A response is what a service responds to one request. The zero value is a 200.
type response struct {
	status int
	header http.Header
	body   string
}

// A service responds with its responses in turn, and then with a 200.
type service struct {
	*httptest.Server

	mu        sync.Mutex
	responses []response
	requests  []*http.Request
	bodies    [][]byte
}

func serve(t *testing.T, responses ...response) *service {
	t.Helper()
	s := &service{responses: responses}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests, s.bodies = append(s.requests, r), append(s.bodies, body)
	resp := response{}
	if len(s.responses) > 0 {
		resp, s.responses = s.responses[0], s.responses[1:]
	}
	if resp.status == broken {
		panic(http.ErrAbortHandler)
	}
	maps.Copy(w.Header(), resp.header)
	w.WriteHeader(max(resp.status, http.StatusOK))
	_, _ = io.WriteString(w, resp.body)
}

// broken is the status of a response that breaks off.
const broken = -1

// count returns how many requests the service got.
func (s *service) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.requests)
}

func times(n int, r response) []response {
	all := make([]response, n)
	for i := range all {
		all[i] = r
	}
	return all
}

// chain returns a chain with a retry loop of 3 retries above connections of its own. Each
// request has a new one, because net/http repeats requests on a connection that broke.
func chain(t *testing.T, opts ...retry.Option) http.RoundTripper {
	t.Helper()
	return transport.Chain(connections(t), retry.New(append([]retry.Option{retry.WithMaxRetries(3), retry.WithBaseDelay(0)}, opts...)...))
}

func connections(t *testing.T) http.RoundTripper {
	t.Helper()
	return &http.Transport{DisableKeepAlives: true}
}

func configure(t *testing.T, rt http.RoundTripper, opts ...aws.Option) sdk.Config {
	t.Helper()
	cfg, err := aws.Config(sdk.Config{}, rt, opts...)
	require.NoError(t, err)
	return cfg
}
