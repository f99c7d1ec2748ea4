package aws

import (
	"context"
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"io"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Over HTTPS, S3's client computes the checksum of an upload while it is sent, and adds it at
// the end of the body, which therefore cannot seek. earlyChecksum computes the checksum of a
// body that can seek before it is sent, and adds it as a header, as the SDK does over HTTP.
type earlyChecksum struct{}

// The step after which earlyChecksum runs, and the hash that it then finds if there is to be a
// checksum at the end.
const (
	checksumStep = "AWSChecksum:ComputeInputPayloadChecksum"
	trailerHash  = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
	noHash       = "UNSIGNED-PAYLOAD"
)

// add adds the step to the stack of an operation that has checksums.
func (e earlyChecksum) add(stack *middleware.Stack) error {
	if _, ok := stack.Finalize.Get(checksumStep); !ok {
		return nil
	}
	return stack.Finalize.Insert(e, checksumStep, middleware.After)
}

func (earlyChecksum) ID() string { return "tripware: early checksum" }

// HandleFinalize adds the checksum. The SDK adds none if the header is set.
func (earlyChecksum) HandleFinalize(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
	middleware.FinalizeOutput, middleware.Metadata, error,
) {
	req, ok := in.Request.(*smithyhttp.Request)
	if ok && v4.GetPayloadHash(ctx) == trailerHash && req.IsStreamSeekable() && usesCRC32(req) {
		sum, err := checksum(req)
		if err != nil {
			return middleware.FinalizeOutput{}, middleware.Metadata{}, fmt.Errorf("aws: compute the checksum of the body: %w", err)
		}
		req.Header.Set("X-Amz-Checksum-Crc32", sum)
		ctx = v4.SetPayloadHash(ctx, noHash)
	}
	return next.HandleFinalize(ctx, in)
}

// usesCRC32 reports whether the caller has chosen CRC32, which is the SDK's default.
func usesCRC32(req *smithyhttp.Request) bool {
	chosen := req.Header.Get("X-Amz-Sdk-Checksum-Algorithm")
	return chosen == "" || chosen == "CRC32"
}

func checksum(req *smithyhttp.Request) (string, error) {
	sum := crc32.NewIEEE()
	if _, err := io.Copy(sum, req.GetStream()); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(sum.Sum(nil)), req.RewindStream()
}
