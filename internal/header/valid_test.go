package header_test

import (
	"bufio"
	"bytes"
	"net/http"
	"net/textproto"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/header"
)

// R8: a header is called fit to be sent if, and only if, it arrives as it is.
func FuzzValid(f *testing.F) {
	for _, seed := range [][2]string{{"X-A", "b"}, {"", ""}, {"a b", "c"}, {"A:", "b"}, {"X", "a\r\nB: c"}, {"X", "\x00"}, {"X", "\x7f"}, {"X", "\u00fc\t\xff"}, {"\u00fc", "v"}, {"X", " v "}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		var wire bytes.Buffer
		require.NoError(t, (http.Header{name: {value}}).Write(&wire))
		assert.Equal(t, header.ValidName(name), wire.Len() > 0, "net/http omits invalid names")
		if !header.ValidName(name) || !header.ValidValue(value) {
			return
		}
		wire.WriteString("\r\n")
		read, err := textproto.NewReader(bufio.NewReader(&wire)).ReadMIMEHeader()
		require.NoError(t, err)
		assert.Equal(t, textproto.MIMEHeader{http.CanonicalHeaderKey(name): {textproto.TrimString(value)}}, read)
	})
}
