package contract_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A part is a schema of the description of JSM Operations: what of it tells members.
type part struct {
	Ref        string           `json:"$ref"`
	Properties map[string]*part `json:"properties"`
	Items      *part            `json:"items"`
	AllOf      []*part          `json:"allOf"`
	AnyOf      []*part          `json:"anyOf"`
}

// A described is an operation of that description.
type described struct {
	Parameters  []struct{ Name, In string }
	RequestBody struct {
		Content map[string]struct{ Schema *part }
	}
}

// members adds the members of a body to a set, at every depth: "?x" for a query parameter, and
// "a[].b" for a member of the objects of a list.
func members(schemas map[string]*part, p *part, at string, set map[string]bool, within ...string) {
	if p == nil {
		return
	}
	if slices.Contains(within, p.Ref) {
		return // it is a part of itself
	}
	if name, ok := strings.CutPrefix(p.Ref, "#/components/schemas/"); ok {
		members(schemas, schemas[name], at, set, append(slices.Clip(within), p.Ref)...)
		return
	}
	for _, kind := range slices.Concat(p.AllOf, p.AnyOf) {
		members(schemas, kind, at, set, within...)
	}
	members(schemas, p.Items, at+"[]", set, within...)
	for name, property := range p.Properties {
		path := strings.TrimPrefix(at+"."+name, ".")
		set[path] = true
		members(schemas, property, path, set, within...)
	}
}

// sentMembers adds the members of a value as members does.
func sentMembers(value any, at string, set map[string]bool) {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			sentMembers(item, at+"[]", set)
		}
	case map[string]any:
		for name, member := range value {
			path := strings.TrimPrefix(at+"."+name, ".")
			set[path] = true
			sentMembers(member, path, set)
		}
	}
}

// Requests of JSM Operations have the members and the query parameters of the description at every
// depth, all of them and no others, but for those that are listed with a reason.
func TestRequestsOfJSMHaveTheMembersOfTheDescription(t *testing.T) {
	file := os.Getenv(jsmDocumentVariable)
	if file == "" {
		t.Skipf("SKIPPED: %s names no document; .ci/contract does if it finds it", jsmDocumentVariable)
	}
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var document struct {
		Paths      map[string]map[string]described
		Components struct{ Schemas map[string]*part }
	}
	require.NoError(t, json.Unmarshal(text, &document))
	wanted := map[string]map[string]bool{}
	for path, methods := range document.Paths {
		for method, o := range methods {
			set := map[string]bool{}
			for _, p := range o.Parameters {
				if p.In == "query" {
					set["?"+p.Name] = true
				}
			}
			members(document.Components.Schemas, o.RequestBody.Content["application/json"].Schema, "", set)
			wanted[unnamed(strings.ToUpper(method)+" "+path)] = set
		}
	}
	all, w := jsmOperations(t, "http://127.0.0.1:9", nobody())
	sent, routes := sentBy(t, all, jsmChosen(t, all), w, func(set map[string]bool) {
		_, target, _ := strings.Cut(w.asked, " ")
		asked, err := url.Parse(target)
		require.NoError(t, err)
		for name := range asked.Query() {
			set["?"+name] = true
		}
		var body any
		_ = json.Unmarshal(w.sent, &body) // else it is a form
		sentMembers(body, "", set)
	})
	var lacking, extra []string
	compared := 0
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		want := wanted[jsmRoute(name, routes[name])]
		compared += len(want)
		lacking = append(lacking, less(name, want, sent[name])...)
		for path := range sent[name] {
			if end := strings.LastIndexByte(path, '.'); end > 0 && anything(want, strings.TrimSuffix(path[:end], "[]")) {
				delete(sent[name], path)
			}
		}
		extra = append(extra, less(name, sent[name], want)...)
	}
	fmt.Printf("members of JSM Operations: %d compared, %d not sent, %d that the document lacks\n", compared, len(lacking), len(extra))
	assert.Equal(t, jsmTheirs(), lacking, "the document has them, and they are never sent")
	assert.Equal(t, jsmOurs(), extra, "they are sent, and the document lacks them")
}

// anything reports whether a described member is an object, or a list of objects, of which no
// members are described.
func anything(described map[string]bool, path string) bool {
	for other := range described {
		if strings.HasPrefix(other, path+".") || strings.HasPrefix(other, path+"[].") {
			return false
		}
	}
	return described[path]
}

// jsmTheirs are the members of requests that the document has and we never send.
func jsmTheirs() []string {
	return []string{
		"CustomRoles.Update id",                               // the path has it
		"TeamPolicies.Create id", "TeamPolicies.Create order", // set by the server
	}
}

// jsmOurs are the members of requests that we send and the document lacks.
func jsmOurs() []string {
	return []string{
		"NotificationRules.Create steps[].id", "NotificationRules.Update steps[].id", // the id of a step that was read
	}
}
