package transport

import (
	"io"

	"github.com/tripware/tripware/transport/layer"
)

// CloseBody closes body, which may be nil, and drops the error: see [layer.CloseBody].
func CloseBody(body io.ReadCloser) { layer.CloseBody(body) }
