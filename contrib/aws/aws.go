// Package aws puts a chain under the clients of the AWS SDK for Go v2.
//
// For most uses call [Config] with the SDK's configuration and the transport of a client
// from tripware.New, and create all clients of AWS services from the result:
//
//	cfg, err = aws.Config(cfg, client.Transport)
//	store := s3.NewFromConfig(cfg)
//
// After an operation, [CallOf] returns the record of the call from the output's
// ResultMetadata, and [CallOfError] from the error.
//
// # One loop retries
//
// The chain's retry loop replaces the SDK's retryer, since attempts of two loops multiply.
// To keep the SDK's, use [KeepRetryer] and a chain without retries, which then limits, logs
// and measures each attempt.
//
// The SDK retries every operation. The chain's loop retries, after a status such as 503 and
// after a broken connection,
//
//   - operations whose HTTP method is idempotent, which are most of those of S3,
//   - operations that only read, which are those whose names begin with Get, List, Describe,
//     Head, Query, Scan, BatchGet or TransactGet,
//   - operations whose context is from retry.Safe.
//
// It retries every operation if AWS throttles it or has not received it completely. AWS
// says so by a code in the error, often with the status 400: see the lists
// DefaultThrottleErrorCodes and DefaultRetryableErrorCodes of the SDK's package retry.
//
// # Bodies
//
// A body that can seek, such as a file, is sent again from its start, whatever its length.
// So that an upload to S3 over HTTPS can seek, its checksum (CRC32, the SDK's default) is
// computed before it is sent, which reads it once more, instead of being added at its end.
//
// Another body, or one with a checksum of another kind, is copied as it is sent if it has up
// to 16 MiB, so that it can be sent again. A longer one is sent once, unless
// retry.WithReplayBuffer allows more.
//
// # Limits
//
// The SDK signs a request above the chain, so all attempts have the same signature and
// date. AWS refuses a signature that is older than 5 minutes (15 minutes for S3), so keep
// retry.WithMaxElapsed, which is a minute by default, well below that. Headers that the
// chain adds are not part of the signature, and a layer must not change those that are.
//
// The chain does not retry an error that S3 reports with the status 200, such as that of
// CopyObject, nor an error of the clock; the SDK corrects its clock for the next operation.
// It does not read X-Amz-Retry-After.
//
// Providers of credentials have HTTP clients of their own, which [Config] does not change.
package aws

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/aws"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// An Option configures [Config]. Nil options are skipped.
type Option func(*config)

type config struct {
	keep       bool
	classifier retry.Classifier
}

// KeepRetryer keeps the SDK's retryer, including cfg.Retryer, cfg.RetryMode and
// cfg.RetryMaxAttempts. The chain must not retry. By default the chain's retry loop replaces
// the retryer.
//
// Each attempt of the SDK is then a call of the chain. To have one record of all of them, call
// [transport.Begin] and pass its context to the operation.
func KeepRetryer() Option { return func(c *config) { c.keep = true } }

// WithClassifier asks f which attempts are retried before the codes of AWS decide. Use it
// instead of retry.WithClassifier in the chain, which has no effect on operations of AWS.
// By default, and if f is nil, only the codes decide.
func WithClassifier(f retry.Classifier) Option { return func(c *config) { c.classifier = f } }

// Config returns a copy of cfg whose clients send their requests through chain, which is
// the transport of a client from tripware.New or a [transport.Chain]. The route of a call is
// the service and the operation, such as "S3.PutObject". Like the SDK's client, the new one
// follows only redirects with the status 307 or 308.
//
// cfg.HTTPClient is replaced, and with it the settings for TLS, proxy and timeouts that the
// SDK has loaded. To keep them, make its transport the base of the chain:
//
//	tripware.WithBase(cfg.HTTPClient.(*awshttp.BuildableClient).GetTransport())
//
// Without [KeepRetryer], cfg.RetryMaxAttempts and cfg.RetryMode have no effect, also if they
// are from the environment. Config returns an error if cfg.Retryer is set, if the chain has
// no retry loop, or if the chain is nil or invalid (see [transport.Check]). With KeepRetryer,
// it returns an error if the chain has a retry loop.
//
// Do not set Options.Retryer of a client, because such a retryer repeats calls that the chain
// has given up. Each of its repeats is a call of one attempt.
func Config(cfg sdk.Config, chain http.RoundTripper, opts ...Option) (sdk.Config, error) {
	var c config
	for _, opt := range opts {
		if opt != nil {
			opt(&c)
		}
	}
	if err := c.check(cfg, chain); err != nil {
		return cfg, err
	}
	client := &client{http: &http.Client{Transport: chain, CheckRedirect: checkRedirect}}
	if !c.keep {
		client.policy = []retry.Option{retry.WithClassifier(after(c.classifier))}
		cfg.Retryer = func() sdk.Retryer { return sdk.NopRetryer{} }
		cfg.RetryMaxAttempts = 0
		cfg.APIOptions = append(slices.Clip(cfg.APIOptions), earlyChecksum{}.add, passStream{}.add)
	}
	cfg.HTTPClient = client
	return cfg, nil
}

func (c *config) check(cfg sdk.Config, chain http.RoundTripper) error {
	if chain == nil {
		return errors.New("aws: the chain is nil: pass the Transport of a client from tripware.New, or a transport.Chain")
	}
	if err := transport.Check(transport.Chain(chain)); err != nil {
		return fmt.Errorf("aws: the chain is invalid: %w", err)
	}
	retries := transport.Retries(chain)
	switch {
	case c.keep && retries:
		return errors.New("aws: the chain retries and KeepRetryer keeps the retryer of the SDK, so their attempts would multiply: " +
			"switch the chain's retries off with retry.Off, or leave KeepRetryer out")
	case c.keep && c.classifier != nil:
		return errors.New("aws: WithClassifier has no effect with KeepRetryer: remove one of them")
	case c.keep:
		return nil
	case !retries:
		return errors.New("aws: the chain has no retry loop and the retryer of the SDK would be replaced, so nothing would retry: " +
			"add retry.New to the chain, or use KeepRetryer")
	case cfg.Retryer != nil:
		return errors.New("aws: the configuration has a Retryer, which the chain's retry loop would replace: " +
			"remove it, or use KeepRetryer and a chain without retries")
	}
	return nil
}
