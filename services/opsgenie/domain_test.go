package opsgenie_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/services/opsgenie"
)

// L2: the limiter's key is the domain that the API counts in, whatever stands before the path.
func TestEveryOperationHasItsDomain(t *testing.T) {
	t.Parallel()
	for _, o := range operations(t) {
		path := strings.NewReplacer("{", "x-", "}", "").Replace(o.path)
		byPath := httptest.NewRequest(o.method, "https://example.com/some/prefix"+path, nil)
		assert.Equal(t, o.domain, opsgenie.Domain(byPath), "%s %s", o.method, o.path)
	}
}

func TestWhatIsNoOperationHasADomainOfItsOwn(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"https://example.com/", "https://example.com/v2", "https://example.com/files/7"} {
		assert.Equal(t, opsgenie.DomainOther, opsgenie.Domain(httptest.NewRequest(http.MethodGet, target, nil)), target)
	}
	assert.Equal(t, opsgenie.DomainOther, opsgenie.Domain(&http.Request{}))
}
