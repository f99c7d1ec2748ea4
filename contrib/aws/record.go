package aws

import (
	"errors"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/tripware/tripware/transport"
)

// CallOf returns the record of the call from an output's ResultMetadata, or nil if the
// response is not from a chain.
func CallOf(metadata middleware.Metadata) *transport.Call {
	resp, ok := awsmiddleware.GetRawResponse(metadata).(*smithyhttp.Response)
	if !ok || resp == nil {
		return nil
	}
	return transport.CallOf(resp.Response)
}

// CallOfError returns the record of the call that ended with err, whether there was a
// response or not. It returns nil if err is not from a chain, and if the caller canceled the
// operation, since the SDK then replaces the error; call [transport.Begin] to have a record
// also then.
func CallOfError(err error) *transport.Call {
	if call := transport.CallOfError(err); call != nil {
		return call
	}
	if answered, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && answered.Response != nil {
		return transport.CallOf(answered.Response.Response)
	}
	return nil
}
