package retry

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// R1: three forms, ends in either order, optional spaces, and successes only by 2xx or a
// single code.
func TestCodesMatchWhatTheyName(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		part string
		yes  []int
		no   []int
	}{
		{"429", []int{429}, []int{428, 430}},
		{"5xx", []int{500, 599}, []int{499, 600}},
		{" 5XX ", []int{500}, []int{400}},
		{"502-599", []int{502, 599}, []int{501}},
		{"404-329", []int{329, 404}, []int{328, 405, 200}},
		{" 502 - 599 ", []int{550}, []int{500}},
		{"100-400", []int{300, 400}, []int{100, 101, 200, 204, 299}},
		{"200-299", nil, []int{200, 250, 299}},
		{"2xx", []int{200, 299}, []int{300}},
		{"200", []int{200}, []int{201}},
		{"1xx", nil, []int{100, 101, 199}},
		{"101", nil, []int{101}},
	} {
		codes, err := parseCodes(row.part)
		require.NoError(t, err, row.part)
		for _, code := range row.yes {
			assert.True(t, codes.match(code), "%q %d", row.part, code)
		}
		for _, code := range row.no {
			assert.False(t, codes.match(code), "%q %d", row.part, code)
		}
	}
}

// R1: anything else is an error that names the part.
func TestCodesNameThePartThatIsNone(t *testing.T) {
	t.Parallel()
	bad := []string{"", " ", "5x", "xx5", "0xx", "42", "4290", "-429", "429-", "a-b", "5xx-599", "429,500", "!501", "500-50x", "099", "４２９"}
	_, err := parseCodes(append([]string{"429"}, bad...)...)
	for _, part := range bad {
		require.ErrorContains(t, err, "\""+part+"\"")
		_, alone := parseCodes(part)
		fault, ok := errors.AsType[*CodeError](alone)
		require.True(t, ok)
		assert.Equal(t, part, fault.Part)
	}
}

func FuzzCodes(f *testing.F) {
	for _, seed := range []string{"429", "5xx", "502-599", "404-329", " 1XX ", "-", "xxx", "200-300"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, part string) {
		codes, err := parseCodes(part)
		if err != nil {
			assert.True(t, codes.empty())
			return
		}
		again, err := parseCodes(strings.Split(codes.String(), ",")...)
		require.NoError(t, err)
		for code := range 1000 {
			assert.Equal(t, codes.match(code), again.match(code), "%q %d", part, code)
			assert.False(t, code < 200 && codes.match(code))
		}
	})
}
