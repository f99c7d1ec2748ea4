package ops

import (
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/transport/redact"
)

// The vendor's OpenAPI document of JSM Operations is not part of this project. It is looked for
// beside it, or where JSM_OAS says.
func TestTheOtherOperationsHaveTheParametersOfTheDocument(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(cmp.Or(os.Getenv("JSM_OAS"), "../../../../../shared/api/jsm/openapi.json"))
	if errors.Is(err, fs.ErrNotExist) && os.Getenv("JSM_OAS") == "" {
		t.Skip("the vendor's OpenAPI document, which is not part of this project, is not beside it: set JSM_OAS to its file")
	}
	require.NoError(t, err)
	var d document
	require.NoError(t, json.Unmarshal(text, &d))
	prefixes := map[string]string{
		"ops": "/jsm/ops/api/{cloudId}", cli.Incidents: "/jsm/incidents/cloudId/{cloudId}",
		cli.StatusPages: "/jsm/ops/stakeholder-comms/cloudId/{cloudId}/api",
	}
	for o := range read(jsmMoreTable) {
		said, ok := d.Paths[prefixes[o.Domain]+o.Path][strings.ToLower(o.Method)]
		require.True(t, ok, o)
		var got []string
		for _, p := range o.Params {
			name := string(p.Place) + " " + p.Name
			if p.Required {
				name += ", required"
			}
			got = append(got, name)
		}
		assert.ElementsMatch(t, d.params(o, said), got, o)
	}
}

// A document is the part of an OpenAPI document that says what operations send.
type document struct {
	Paths      map[string]map[string]spoken
	Components struct{ Schemas map[string]schema }
}

type spoken struct {
	Parameters []struct {
		Name, In string
		Required bool
	}
	RequestBody struct {
		Content map[string]struct{ Schema schema }
	}
}

type schema struct {
	Ref        string `json:"$ref"`
	Properties map[string]json.RawMessage
	Required   []string
}

// params returns the parameters of an operation, without secrets, which have no flag. The
// members of a change are all optional: the document has those of a creation.
func (d document) params(o Operation, s spoken) (all []string) {
	add := func(place Place, name string, required bool) {
		switch text := string(place) + " " + name; {
		case redact.SecretName(name):
		case required && o.Method != "PATCH":
			all = append(all, text+", required")
		default:
			all = append(all, text)
		}
	}
	for _, p := range s.Parameters {
		if p.In == "query" {
			add(InQuery, p.Name, p.Required)
		}
	}
	for _, content := range s.RequestBody.Content {
		body := content.Schema
		if body.Ref != "" {
			body = d.Components.Schemas[body.Ref[strings.LastIndex(body.Ref, "/")+1:]]
		}
		for name := range body.Properties {
			add(InBody, name, slices.Contains(body.Required, name))
		}
	}
	return all
}
