package aws_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	awsretry "github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/contrib/aws"
	"github.com/tripware/tripware/test/clients"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestClients(t *testing.T) {
	clients.Run(t, []clients.Client{storage(), tokens()})
}

const (
	own    = "2"
	record = "`aws.CallOf(output.ResultMetadata)`, `aws.CallOfError(err)`"
	off    = "nothing: `aws.Config` of `contrib/aws` replaces the SDK's retryer. `Options.Retryer` of a client must not be set"
	cannot = "all attempts have the same signature, so the last must begin before that expires: after 5 minutes, or 15 for S3"
)

// skip has the scene with a token.
var skip = map[string]string{
	"401": "the SDK signs its requests, with credentials that it renews itself before a call",
}

func storage() clients.Client {
	return clients.Client{
		Name: "aws-sdk-go-v2 s3", Module: "github.com/aws/aws-sdk-go-v2/service/s3",
		Before: func(ctx context.Context, s clients.Site) clients.Outcome {
			return put(ctx, s3.NewFromConfig(above(s)))
		},
		After: func(ctx context.Context, s clients.Site) clients.Outcome {
			cfg, rt := configuration(s), s.Chain()
			// line:
			cfg, err := aws.Config(cfg, rt)
			client := s3.NewFromConfig(cfg)
			// end
			if err != nil {
				return clients.Outcome{Err: err}
			}
			return put(ctx, client)
		},
		Own: own, Record: record, Off: off, Skip: skip,
		On: "the checksums of uploads: `aws.Config` lets a CRC32 be computed before the upload if the body can seek, so that it can be sent again " +
			"whatever its length. Other bodies are copied up to 16 MiB",
		Cannot: cannot + ". An error with the status 200, such as one of `CopyObject`, is not retried",
		Answer: func(w http.ResponseWriter, _ *http.Request, status int) {
			answer(w, status, "<Error><Code>%s</Code></Error>", "")
		},
	}
}

func tokens() clients.Client {
	return clients.Client{
		Name: "aws-sdk-go-v2 sts", Module: "github.com/aws/aws-sdk-go-v2/service/sts",
		Before: func(ctx context.Context, s clients.Site) clients.Outcome {
			return identify(ctx, sts.NewFromConfig(above(s)))
		},
		After: func(ctx context.Context, s clients.Site) clients.Outcome {
			cfg, rt := configuration(s), s.Chain()
			// line:
			cfg, err := aws.Config(cfg, rt)
			client := sts.NewFromConfig(cfg)
			// end
			if err != nil {
				return clients.Outcome{Err: err}
			}
			return identify(ctx, client)
		},
		Own: own, Record: record, Off: off, Skip: skip,
		On: "`retry.Safe(ctx)` for an operation with POST that is safe to retry but does not only read. Those that read, such as " +
			"`GetCallerIdentity`, are retried without it, and every operation that AWS throttles, also by a 400",
		Cannot: cannot,
		Answer: func(w http.ResponseWriter, _ *http.Request, status int) {
			answer(w, status, "<ErrorResponse><Error><Code>%s</Code></Error></ErrorResponse>", identity)
		},
	}
}

// identity is a response of GetCallerIdentity.
const identity = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"

// answer writes an error in format, or success.
func answer(w http.ResponseWriter, status int, format, success string) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	if status >= http.StatusBadRequest {
		success = fmt.Sprintf(format, strings.ReplaceAll(http.StatusText(status), " ", ""))
	}
	_, _ = io.WriteString(w, success)
}

// configuration is what config.LoadDefaultConfig returns, for a server of the test.
func configuration(s clients.Site) sdk.Config {
	return sdk.Config{Region: region, BaseEndpoint: &s.URL, Credentials: signer}
}

// above returns a configuration whose retryer, which has no waits, is above the chain.
func above(s clients.Site) sdk.Config {
	cfg := configuration(s)
	cfg.HTTPClient = &http.Client{Transport: s.Chain()}
	cfg.Retryer = func() sdk.Retryer {
		return awsretry.NewStandard(func(o *awsretry.StandardOptions) {
			o.Backoff = awsretry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
		})
	}
	return cfg
}

func put(ctx context.Context, client *s3.Client) clients.Outcome {
	output, err := client.PutObject(ctx, &s3.PutObjectInput{Bucket: new("bucket"), Key: new("key"), Body: strings.NewReader("body")})
	if err != nil {
		return failed(err)
	}
	return succeeded(output.ResultMetadata)
}

func identify(ctx context.Context, client *sts.Client) clients.Outcome {
	output, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return failed(err)
	}
	return succeeded(output.ResultMetadata)
}

// failed returns what the functions of contrib/aws see of an error: the error of the chain,
// or the response that the SDK has made an error of.
func failed(err error) clients.Outcome {
	if resp, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && aws.CallOfError(err) != nil {
		return clients.Outcome{Err: err, Response: resp.Response.Response}
	}
	return clients.Outcome{Err: err}
}

// succeeded returns the response that the metadata of an output have, if they have its record.
func succeeded(metadata middleware.Metadata) clients.Outcome {
	resp, ok := awsmiddleware.GetRawResponse(metadata).(*smithyhttp.Response)
	if !ok || aws.CallOf(metadata) == nil {
		return clients.Outcome{}
	}
	return clients.Outcome{Response: resp.Response}
}

// signer has the key that the server knows.
var signer = sdk.CredentialsProviderFunc(func(context.Context) (sdk.Credentials, error) {
	return sdk.Credentials{AccessKeyID: access, SecretAccessKey: secret}, nil
})
