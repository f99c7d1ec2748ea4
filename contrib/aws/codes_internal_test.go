package aws

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func FuzzCodeIn(f *testing.F) {
	for _, seed := range []string{
		"", "{", `{"__type":"a#b:c"}`, `{"x":[{"code":"y"}],"code":"z"}`, "<a><Code>b</Code></a>", "<Code>", "\xa1\x66__type\x61x", "\x66__type\x78\x05ab", "\x66__type\x78",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, prefix []byte) {
		code := codeIn(prefix)
		assert.LessOrEqual(t, len(code), utf8.UTFMax*len(prefix)) // an invalid byte becomes a replacement
	})
}
