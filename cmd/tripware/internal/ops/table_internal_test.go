package ops

import (
	"context"
	"flag"
	"io"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm"
	"github.com/tripware/tripware/services/jsm/events"
	"github.com/tripware/tripware/services/opsgenie"
)

var update = flag.Bool("update", false, "write opsgenie.tsv and jsm.tsv afresh")

const head = "# Written by: go test ./internal/ops -run Tables -update\n"

// The tables hold every operation of the tables of the services, with the same method, path,
// domain and kind of response, and the parameters of the typed client's requests.
func TestTablesAreThoseOfTheServices(t *testing.T) {
	t.Parallel()
	for file, want := range map[string][]Operation{"opsgenie.tsv": opsgenieRows(t), "jsm.tsv": jsmRows(t)} {
		var table strings.Builder
		table.WriteString(head)
		for _, o := range want {
			table.WriteString(o.write())
		}
		if *update {
			require.NoError(t, os.WriteFile(file, []byte(table.String()), 0o600))
		}
		got, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, table.String(), string(got), "write the table by: go test ./internal/ops -run Tables -update")
		assert.Equal(t, want, slices.Collect(read(string(got))), "a line is read as it was written")
	}
	assert.Len(t, opsgenieRows(t), 226)
	assert.Len(t, jsmRows(t), 153)
	assert.Len(t, JSM(), 267)
}

// What package jsm leaves out has the method, path and prefix of its table, and is not retried
// where that is not known to be safe.
func TestTheOtherOperationsAreThoseThatTheServiceLeavesOut(t *testing.T) {
	t.Parallel()
	var want, got []Operation
	for _, c := range lines(t, "jsm/testdata/operations.tsv")[1:] {
		if c[10] != "-" {
			o := jsmRow(c)
			o.Kind = Object
			if strings.HasPrefix(o.Name, "List") {
				o.Kind = List
			}
			want = append(want, o)
		}
	}
	for o := range read(jsmMoreTable) {
		assert.Equal(t, strings.Contains(o.Method, "P"), o.takesBody(), o)
		o.Params = nil
		got = append(got, o)
	}
	assert.Equal(t, want, got)
}

// opsgenieRows reads the table of services/opsgenie, and what docs/operations.md says of retries.
func opsgenieRows(t *testing.T) (all []Operation) {
	t.Helper()
	page, err := os.ReadFile("../../../../docs/operations.md")
	require.NoError(t, err)
	retries := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| \\w+ \\| (\\w+) \\| `([^`]+)` \\| (\\w*) \\|").FindAllStringSubmatch(string(page), -1) {
		retries[m[1]+" "+m[2]] = m[3]
	}
	words := map[string]string{"": "method", "method": "method", "safe": "safe", "refused": "refused", "depends": "refused"}
	for _, c := range lines(t, "opsgenie/testdata/operations.txt") {
		o := Operation{Service: c[0], Name: c[1], Method: c[2], Path: c[3], Domain: c[4], Async: c[5] == "yes"}
		said, ok := retries[o.Route()]
		require.True(t, ok, o)
		o.Retry = words[said]
		require.NotEmpty(t, o.Retry, said)
		if said == "depends" && o.Name == "Create" {
			o.Retry = "alias"
		}
		o.learn(t, reflect.TypeFor[opsgenie.Client](), o.Service, o.Name)
		all = append(all, o)
	}
	return all
}

// jsmRows reads the table of services/jsm, without the operations that the client leaves out.
func jsmRows(t *testing.T) (all []Operation) {
	t.Helper()
	for _, c := range lines(t, "jsm/testdata/operations.tsv")[1:] {
		if c[10] != "-" {
			continue
		}
		o := jsmRow(c)
		client := reflect.TypeFor[jsm.Client]()
		if o.Domain == "events" {
			client = reflect.TypeFor[events.Client]()
		}
		service, name := method(o)
		o.learn(t, client, service, name)
		all = append(all, o)
	}
	return all
}

// jsmRow reads a line of the table of services/jsm.
func jsmRow(c []string) Operation {
	o := Operation{Service: c[0], Name: c[1], Method: c[2], Path: c[3], Domain: c[4], Async: c[9] == "yes"}
	switch {
	case c[2] == "GET" || c[2] == "PUT" || c[2] == "DELETE":
		o.Retry = "method"
	case c[7] == "yes":
		o.Retry = "safe"
	case c[7] == "alias":
		o.Retry = "alias"
	default:
		o.Retry = "refused"
	}
	return o
}

// method returns the field and the method of the typed client for an operation of JSM
// Operations, whose table has the names of the vendor.
func method(o Operation) (service, name string) {
	switch o.Service {
	case "IntegrationEvents":
		return "Alerts", strings.TrimSuffix(o.Name, "Alert")
	case "Maintenances":
		if name, ok := strings.CutSuffix(o.Name, "Team"); ok {
			return "TeamMaintenance", name
		}
		return "Maintenance", strings.TrimSuffix(o.Name, "Global")
	case "OnCalls":
		return "OnCall", o.Name
	case "RoutingRules":
		return "TeamRoutingRules", o.Name
	case "ScheduleTimelines":
		return "Schedules", map[string]string{"Get": "GetTimeline", "ExportICS": "ExportICS"}[o.Name]
	}
	switch o.String() {
	case "Alerts.AddExtraProperties":
		return o.Service, "AddDetails"
	case "Alerts.RemoveExtraProperties":
		return o.Service, "RemoveDetails"
	case "Alerts.DeleteAttachment":
		return o.Service, "RemoveAttachment"
	case "Contacts.Activate":
		return o.Service, "Enable"
	case "Contacts.Deactivate":
		return o.Service, "Disable"
	}
	return o.Service, o.Name
}

func lines(t *testing.T, file string) (all [][]string) {
	t.Helper()
	text, err := os.ReadFile("../../../../services/" + file)
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "#") {
			all = append(all, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
		}
	}
	return all
}

// learn reads the kind and the parameters of an operation from the method of the typed client.
func (o *Operation) learn(t *testing.T, client reflect.Type, service, name string) {
	t.Helper()
	field, ok := client.FieldByName(service)
	require.True(t, ok, o)
	method, ok := field.Type.MethodByName(name)
	require.True(t, ok, o)
	o.Kind = Object
	if value, ok := method.Type.Out(0).Elem().FieldByName("Value"); ok && value.Type.Kind() == reflect.Slice {
		o.Kind = List
	}
	for in := range method.Type.Ins() {
		switch {
		case in == field.Type, in == reflect.TypeFor[context.Context]():
		case in == reflect.TypeFor[io.Writer]():
			o.Kind = File
		case in.Kind() == reflect.Struct:
			o.walk(in)
		}
	}
	o.correct()
}

// correct adds what the methods send beyond the fields of their arguments, and takes out
// what they send under another name.
func (o *Operation) correct() {
	drop := func(names ...string) {
		o.Params = slices.DeleteFunc(o.Params, func(p Param) bool { return p.Place == InQuery && slices.Contains(names, p.Name) })
	}
	switch o.Service {
	case "ScheduleOverrides", "ScheduleRotations", "OnCall", "TeamMembers", "TeamRoutingRules":
		drop("identifierType")
	case "Schedules", "Teams":
		drop("scheduleIdentifierType", "teamIdentifierType")
	case "TeamRoles":
		if !strings.Contains(o.Path, "{teamRoleIdentifier}") {
			drop("identifierType")
		}
	case "SavedSearches":
		if len(o.Arguments()) > 0 {
			drop("searchIdentifier", "searchIdentifierType")
			o.add(Param{InQuery, "identifierType", "string", false})
		}
	}
	switch route := o.Route(); {
	case route == "GET /v1/incident-templates", route == "GET /v2/incident-timelines/{incidentId}/entries", route == "GET /v2/teams/{identifier}/logs":
		o.Kind = List // in a member of an object
	case strings.Contains(route, "/v2/alerts/{identifier}/attachments"):
		drop("identifierType")
		o.add(Param{InQuery, "alertIdentifierType", "string", false})
	case route == "GET /v1/alerts/alias":
		o.add(Param{InQuery, "alias", "string", true})
	case route == "POST /v2/integrations/authenticate":
		o.add(Param{InBody, "type", "string", true})
	case route == "GET /v2/deployments/{identifier}":
		drop("identifierType")
		o.add(Param{InQuery, "type", "string", false})
	case route == "POST /v2/policies", route == "PUT /v2/policies/{policyId}":
		o.Params = slices.DeleteFunc(o.Params, func(p Param) bool { return p.Name == "teamId" })
		o.add(Param{InQuery, "teamId", "string", false})
		o.add(Param{InBody, "teamId", "string", false}) // both are sent
	case route == "GET /v2/policies/alert", route == "GET /v2/policies/notification":
		o.add(Param{InQuery, "teamId", "string", strings.HasSuffix(route, "notification")})
	case route == "POST /v2/postmortem":
		o.add(Param{InBody, "incidentId", "string", true})
	case route == "GET /v2/logs/download/{filename}":
		o.Kind = File // a URL as text
	}
}

// walk adds the fields of a request.
func (o *Operation) walk(request reflect.Type) {
	for f := range request.Fields() {
		if f.Type == reflect.TypeFor[services.Other]() {
			continue
		}
		place, tag := tagOf(f)
		if f.Anonymous && place == "" && f.Type.Kind() == reflect.Struct {
			o.walk(f.Type)
			continue
		}
		name, _, _ := strings.Cut(tag, ",")
		if f.Type == reflect.TypeFor[services.File]() {
			o.Kind = Upload
			continue
		}
		if place == "" || place == "path" || name == "-" || name == "" {
			continue
		}
		o.add(Param{Place(place), name, typeOf(f.Type), strings.Contains(f.Tag.Get("check"), "required")})
	}
}

func (o *Operation) add(p Param) {
	if _, known := o.Param(p.Place, p.Name); !known {
		o.Params = append(o.Params, p)
	}
}

func tagOf(f reflect.StructField) (place, tag string) {
	for _, key := range []string{"path", "query", "form", "json"} {
		if tag, ok := f.Tag.Lookup(key); ok {
			return strings.Replace(key, "json", "body", 1), tag
		}
	}
	return "", ""
}

// typeOf returns the type of a flag. Types that write themselves, and structs, are values.
func typeOf(t reflect.Type) string {
	if get, ok := t.MethodByName("Get"); ok && strings.HasPrefix(t.Name(), "Optional[") {
		return typeOf(get.Type.Out(0))
	}
	if t.Kind() == reflect.Pointer {
		return typeOf(t.Elem())
	}
	_, writes := t.MethodByName("MarshalJSON")
	switch {
	case t == reflect.TypeFor[time.Time](), t == reflect.TypeFor[services.Time](), t.Name() == "Time":
		return "time"
	case writes:
		return "value"
	}
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "bool"
	case reflect.Int, reflect.Int64, reflect.Int32:
		return "int"
	case reflect.Float64:
		return "float"
	case reflect.Slice:
		if typeOf(t.Elem()) == "string" {
			return "strings"
		}
	default:
	}
	return "value"
}
