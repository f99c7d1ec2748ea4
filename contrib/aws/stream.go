package aws

import (
	"context"
	"io"
	"sync"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// passStream adds the stream of an operation's body to the context of the request, if the
// stream can seek. The body of the request itself hides that.
type passStream struct{}

// add adds the step to the stack of an operation, as the last one.
func (p passStream) add(stack *middleware.Stack) error {
	return stack.Deserialize.Add(p, middleware.After)
}

func (passStream) ID() string { return "tripware: pass stream" }

// HandleDeserialize is the last step before the request is sent.
func (passStream) HandleDeserialize(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
	middleware.DeserializeOutput, middleware.Metadata, error,
) {
	if req, ok := in.Request.(*smithyhttp.Request); ok && req.IsStreamSeekable() {
		if from, ok := req.GetStream().(io.ReadSeeker); ok {
			ctx = withStream(ctx, from)
		}
	}
	return next.HandleDeserialize(ctx, in)
}

// A stream is the body of a request that reads an operation's stream. It does not touch the
// operation's stream after release, since net/http may read a body after the response.
type stream struct {
	mu   sync.Mutex
	from io.ReadSeeker // nil after release
}

func (s *stream) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.from == nil {
		return 0, io.EOF
	}
	return s.from.Read(p)
}

func (s *stream) Seek(offset int64, whence int) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.from == nil {
		return 0, io.ErrClosedPipe
	}
	return s.from.Seek(offset, whence)
}

// Close does nothing, because the SDK closes the stream.
func (s *stream) Close() error { return nil }

func (s *stream) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.from = nil
}
