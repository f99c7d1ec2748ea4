package house_test

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the code in each folder may import besides the standard library, and why it may
// not import more. The longest matching folder applies; a star matches one folder.
var arrows = []struct {
	folder string
	may    []string
	why    string
}{
	{".", []string{"middleware/*", "transport", "transport/*", "internal/mistake"}, "the front door sends one call: it knows no typed services and polls nothing"},
	{"transport", []string{"transport/layer", "transport/redact", "internal/*", "github.com/google/uuid"}, "middlewares and the base are put on it"},
	{"transport/layer", []string{"internal/*"}, "it lies below transport"},
	{"transport/cost", []string{"transport/layer"}, "layers that do not need transport can say what they cost"},
	{"transport/network", []string{"transport/redact", "internal/*"}, "a base is used without transport"},
	{"transport/redact", []string{"internal/*"}, "everything that shows a text leans on it"},
	{
		"middleware",
		[]string{"transport", "transport/cost", "transport/layer", "transport/redact", "internal/*"},
		"two middlewares never import each other: what both need is in transport/layer or internal",
	},
	{
		"middleware/ratelimit",
		[]string{"transport", "transport/cost", "transport/layer", "transport/redact", "internal/*", "golang.org/x/time/rate"},
		"two middlewares never import each other: what both need is in transport/layer or internal",
	},
	{"middleware/ratelimit/storetest", []string{"middleware/ratelimit", "testing"}, "it proves stores of others"},
	{
		"inspect", []string{"middleware/ratelimit", "transport", "transport/layer", "transport/redact", "internal/record"},
		"its layers go into any chain, so it does not know the front door",
	},
	{"poll", []string{"internal/*"}, "it lies below everything else"},
	{"internal", nil, "it lies below everything else"},
	{"rttest", []string{"testing", "testing/synctest"}, "what proves the contract to others leans on nothing of this module"},
	{"faultsim", []string{"transport", "transport/cost", "transport/layer", "internal/backoff", "testing", "testing/synctest"}, "it simulates what is around a chain, whatever that is made of"},
	{"test", nil, "it holds tests"},
	{
		"services",
		[]string{"transport", "transport/layer", "transport/redact", "middleware/metrics", "poll", "services/internal/errorbody", "internal/header", "internal/mistake", "internal/record"},
		"the core of typed calls takes any http.Client, tells the events of metrics, and knows no vendor",
	},
	{
		"services/internal/apitest",
		[]string{"services", "transport", "internal/record", "testing", "github.com/jarcoal/httpmock", "github.com/stretchr/testify/*"},
		"it serves the tests of every vendor",
	},
	{"services/internal/fleet", []string{"middleware/ratelimit"}, "it serves the front door of every vendor"},
	{"services/internal/party", []string{"services"}, "it serves the types of every vendor"},
	{"services/internal/errorbody", []string{"transport/redact"}, "it serves the codecs of every vendor"},
	{"services/internal/fields", []string{"transport/redact"}, "it serves the integrations of every vendor"},
	{
		"services/opsgenie",
		[]string{".", "services", "services/opsgenie/*", "services/internal/fleet", "middleware/*", "transport", "transport/redact", "poll", "internal/mistake"},
		"it is the vendor's front door",
	},
	{
		"services/opsgenie/*",
		[]string{
			"services", "services/internal/fields", "services/opsgenie/wire", "services/opsgenie/shape", "services/opsgenie/internal/*",
			"transport", "transport/layer", "transport/redact", "poll", "github.com/google/uuid",
		},
		"a service never imports another: what both need is in wire or shape",
	},
	{"services/opsgenie/wire", []string{"services", "services/internal/errorbody", "transport", "transport/redact"}, "it lies below the vendor's services"},
	{"services/opsgenie/shape", []string{"services", "services/internal/party", "transport", "transport/redact"}, "it lies below the vendor's services"},
	{"services/opsgenie/internal", []string{"services", "services/opsgenie/shape"}, "it lies below the vendor's services"},
	{
		"services/jsm",
		[]string{".", "services", "services/jsm/*", "services/jsm/internal/front", "middleware/*", "transport", "transport/redact", "poll", "internal/mistake", "github.com/google/uuid"},
		"it is the vendor's front door",
	},
	{
		"services/jsm/*",
		[]string{
			"services", "services/internal/party", "services/jsm/wire", "services/jsm/shape", "services/jsm/internal/check", "services/jsm/internal/enum",
			"services/internal/fields", "transport", "transport/layer", "transport/redact", "poll", "github.com/google/uuid",
		},
		"a service never imports another: what both need is in wire or shape",
	},
	{
		"services/jsm/events",
		[]string{
			".", "services", "services/internal/party", "services/jsm/wire", "services/jsm/shape", "services/jsm/internal/front",
			"middleware/*", "transport/redact", "internal/mistake",
		},
		"it is a front door too",
	},
	{
		"services/jsm/fromopsgenie",
		[]string{"services", "services/jsm/*", "services/opsgenie/*", "github.com/google/uuid"},
		"only what converts from one vendor to the other knows both",
	},
	{"services/jsm/wire", []string{"services", "services/internal/errorbody", "transport", "transport/redact"}, "it lies below the vendor's services"},
	{"services/jsm/shape", []string{"services", "services/internal/party", "transport/redact"}, "it lies below the vendor's services"},
	{"services/jsm/internal/check", []string{"services", "services/jsm/shape", "github.com/google/uuid"}, "it lies below the vendor's services"},
	{
		"services/jsm/internal/front",
		[]string{".", "services", "services/internal/fleet", "services/jsm/wire", "middleware/*", "internal/mistake"},
		"it holds what the vendor's front doors share",
	},
	{"services/opsgenie/opsgenietest", []string{"services/internal/sim"}, "the simulation must not share a mistake with the client"},
	{"services/jsm/jsmtest", []string{"services/internal/sim"}, "the simulation must not share a mistake with the client"},
	{"services/internal/sim", nil, "the simulations must not share a mistake with the clients"},
}

func TestArrowsGoDownOnly(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.test || !s.core() {
			continue
		}
		may, why := allowed(s.folder)
		require.NotEmpty(t, why, "arrows says nothing of %s", s.folder)
		for _, spec := range s.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			if own, ok := strings.CutPrefix(imported+"/", module+"/"); ok {
				imported = path.Clean(own)
			} else if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") && first != "testing" {
				continue // the standard library, except testing, which would add its flags to a program
			}
			assert.True(t, slices.ContainsFunc(may, func(pattern string) bool { return fits(pattern, imported) }),
				"%s imports %s: %s", s.name, imported, why)
		}
	}
}

// Programs that use the core depend on these modules, except those for tests.
func TestTheCoreRequiresFewModules(t *testing.T) {
	t.Parallel()
	text, err := fs.ReadFile(tree, "go.mod")
	require.NoError(t, err)
	var required []string
	for _, direct := range regexp.MustCompile(`(?m)^(?:require)?\s+(\S+) v\S+$`).FindAllStringSubmatch(string(text), -1) {
		required = append(required, direct[1])
	}
	assert.ElementsMatch(t, []string{
		"github.com/google/uuid", "golang.org/x/time",
		"github.com/jarcoal/httpmock", "github.com/stretchr/testify", "go.uber.org/goleak", // for tests
	}, required)
}

func allowed(folder string) (may []string, why string) {
	longest := -1
	for _, rule := range arrows {
		if len(rule.folder) > longest && (fits(rule.folder, folder) || strings.HasPrefix(folder, rule.folder+"/")) {
			may, why, longest = rule.may, rule.why, len(rule.folder)
		}
	}
	return may, why
}

func fits(pattern, folder string) bool {
	ok, err := path.Match(pattern, folder)
	return err == nil && ok
}
