package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/backoff"
	"github.com/tripware/tripware/middleware/retry"
)

var updatePicture = flag.Bool("update", false, "draw docs/jitter.svg")

const pictureFile = "../../docs/jitter.svg"

// Promise R2: the backoffs give the results of the article.
func TestCallsAreThoseOfTheArticle(t *testing.T) {
	t.Parallel()
	all := algorithms()
	require.Len(t, all, 5)
	for _, a := range all {
		got := mean(a, published)
		assert.InEpsilon(t, a.published.calls, got.calls, 0.05, a.name)
		assert.InEpsilon(t, a.published.took, got.took, 0.05, a.name)
	}
}

// Promise R2: so do those of the retry loop, which take no seed. The mean of
// 100 contests varies by less than 1 %.
func TestThePublicBackoffsAreThoseOfTheArticle(t *testing.T) {
	t.Parallel()
	public := map[string]retry.Backoff{
		"full jitter":  retry.FullJitter,
		"equal jitter": retry.EqualJitter,
		"decorrelated": retry.Decorrelated,
	}
	tested := 0
	for _, a := range algorithms() {
		if b, has := public[a.name]; has {
			tested++
			a.seeded = func(backoff.Source) retry.Backoff { return b }
			assert.InEpsilon(t, a.published.calls, mean(a, published).calls, 0.05, a.name)
		}
	}
	assert.Len(t, public, tested)
}

func TestTheSameSeedsGiveTheSameFigures(t *testing.T) {
	t.Parallel()
	once := measure(algorithms(), 10, 30, 20)
	again := measure(algorithms(), 10, 30, 20)
	require.Len(t, once, 5)
	for i := range once {
		require.Len(t, once[i].points, 2)
		assert.Equal(t, once[i].points, again[i].points)
	}
}

// docs/jitter.svg is current, and a document that a browser can read.
func TestThePictureIsCurrent(t *testing.T) {
	t.Parallel()
	drawn := filepath.Join(t.TempDir(), "jitter.svg")
	if *updatePicture {
		drawn = pictureFile
	}
	require.NoError(t, report(io.Discard, measureAll(), drawn))
	want, err := os.ReadFile(drawn)
	require.NoError(t, err)
	got, err := os.ReadFile(pictureFile)
	require.NoError(t, err)
	current := bytes.Equal(want, got) // a difference of two pictures is not worth printing
	assert.True(t, current, "docs/jitter.svg is not current; draw it by: go run ./examples/jitter -svg docs/jitter.svg")
	assert.Less(t, len(got), 40_000)

	lines := 0
	for document := xml.NewDecoder(bytes.NewReader(got)); ; {
		token, err := document.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if element, is := token.(xml.StartElement); is && element.Name.Local == "polyline" {
			lines++
		}
	}
	assert.Equal(t, 2*len(algorithms()), lines)
}
