package jsm_test

import (
	"testing"

	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm"
)

// S7, S8: what was read can be written back as it came, for every type that is both.
func TestWhatIsReadIsWrittenBack(t *testing.T) {
	t.Parallel()
	apitest.Lossless(t, &jsm.Client{}, 12)
}
