package contract_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/services/opsgenie/deployment"
	"github.com/tripware/tripware/services/opsgenie/escalation"
	"github.com/tripware/tripware/services/opsgenie/forwardingrule"
	"github.com/tripware/tripware/services/opsgenie/incident"
	"github.com/tripware/tripware/services/opsgenie/integration"
	"github.com/tripware/tripware/services/opsgenie/maintenance"

	"github.com/tripware/tripware/services/opsgenie/notification"
	"github.com/tripware/tripware/services/opsgenie/policy"
	"github.com/tripware/tripware/services/opsgenie/policyv1"
	"github.com/tripware/tripware/services/opsgenie/schedule"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/team"
	"github.com/tripware/tripware/services/opsgenie/user"
	"github.com/tripware/tripware/services/opsgenie/userrole"
)

// choices are values that no rule can find: of a field, of a type, and the
// constants of a type. The first that there are count.
type choices struct {
	fields    map[string][]any // by "package.Type.Field"
	types     map[reflect.Type][]any
	constants map[reflect.Type][]any
	least     map[reflect.Type]any            // what is required of a type whose tags do not tell
	kinds     map[reflect.Type][]reflect.Type // what an interface can hold
	texts     []naming                        // of fields of strings
}

const id = "4513b7ea-3b91-438f-b7e4-e3e54af9147c"

// chosen returns the values for the requests of the operations.
func chosen(t *testing.T, all []operation) choices {
	t.Helper()
	c := choices{fields: fieldChoices(), kinds: interfaceKinds()}
	texts, seen := c.gather(t, "opsgenie", all, leastValues(), append(references(), append(shapes(), kinds()...)...))
	c.addBuilt(t, texts, seen)
	return c
}

// gather adds values, by their types, and the constants of a vendor's packages that the
// parameters of operations can have. It returns all constants, and the types that it saw.
func (c *choices) gather(t *testing.T, vendor string, all []operation, least, values []any) (texts map[string][]string, seen map[reflect.Type]bool) {
	t.Helper()
	c.types, c.constants, c.least = map[reflect.Type][]any{}, map[reflect.Type][]any{}, map[reflect.Type]any{}
	for _, value := range least {
		c.least[reflect.TypeOf(value)] = value
	}
	for _, value := range values {
		c.types[reflect.TypeOf(value)] = append(c.types[reflect.TypeOf(value)], value)
	}
	texts, seen = constantTexts(t, vendor), map[reflect.Type]bool{}
	for _, o := range all {
		for _, parameter := range o.parameters {
			c.addConstants(texts, parameter, seen)
		}
	}
	return texts, seen
}

// addBuilt adds what is made of a value that the builder fills: an integration of
// each kind with all its fields, and actions of it that are of their type.
func (c choices) addBuilt(t *testing.T, texts map[string][]string, seen map[reflect.Type]bool) {
	t.Helper()
	c.addConstants(texts, reflect.TypeFor[integration.Incoming](), seen)
	b := builder{choices: c, full: true}
	filled, err := b.request(reflect.TypeFor[integration.Incoming]())
	require.NoError(t, err)
	in, _ := reflect.TypeAssert[integration.Incoming](filled)
	api, err := integration.API("Checkout", in)
	require.NoError(t, err)
	mail, err := integration.Email("Mails", in)
	require.NoError(t, err)
	hook, err := integration.Webhook("Hook", "https://hooks.example.com/opsgenie")
	require.NoError(t, err)
	api.ID, mail.ID, hook.ID = id, id, id
	c.types[reflect.TypeFor[integration.Integration]()] = []any{api, mail, hook}

	var conditions []shape.Condition
	c.addConstants(texts, reflect.TypeFor[shape.Condition](), seen)
	for _, operation := range c.constants[reflect.TypeFor[shape.Operation]()] {
		operation, _ := operation.(shape.Operation)
		conditions = append(conditions, shape.Condition{Field: shape.FieldMessage, Operation: operation, ExpectedValue: "disk", Order: services.Set(len(conditions))})
	}
	require.NotEmpty(t, conditions)
	filters := reflect.TypeFor[shape.Filter]()
	c.types[filters] = append(c.types[filters], shape.MatchAnyCondition(conditions...))

	filled, err = b.request(reflect.TypeFor[integration.Action]())
	require.NoError(t, err)
	create, _ := reflect.TypeAssert[integration.Action](filled)
	create.Type = integration.ActionCreate
	c.fields["integration.Actions.Create"] = []any{create}
}

// addConstants walks a request type and adds the constants of the named strings in it.
func (c choices) addConstants(texts map[string][]string, t reflect.Type, seen map[reflect.Type]bool) {
	if seen[t] {
		return
	}
	seen[t] = true
	for _, kind := range c.kinds[t] {
		c.addConstants(texts, kind, seen)
	}
	if inner, isOptional := innerOf(t); isOptional {
		c.addConstants(texts, inner, seen)
	}
	switch t.Kind() { //nolint:exhaustive // the others hold no strings
	case reflect.Pointer, reflect.Slice, reflect.Map:
		c.addConstants(texts, t.Elem(), seen)
	case reflect.Struct:
		for f := range t.Fields() {
			c.addConstants(texts, f.Type, seen)
		}
	case reflect.String:
		for _, text := range texts[t.PkgPath()+"."+t.Name()] {
			c.constants[t] = append(c.constants[t], reflect.ValueOf(text).Convert(t).Interface())
		}
	}
}

// constantTexts reads the typed string constants of a vendor's services: the documented
// values of each type, which reflection does not know.
func constantTexts(t *testing.T, vendor string) map[string][]string {
	t.Helper()
	texts := map[string][]string{}
	files, err := filepath.Glob("../../services/" + vendor + "/*/*.go")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		parsed, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
		require.NoError(t, err)
		where := "github.com/tripware/tripware/services/" + vendor + "/" + filepath.Base(filepath.Dir(name)) + "."
		ast.Inspect(parsed, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok {
				addTexts(texts, where, spec)
			}
			return true
		})
	}
	return texts
}

func addTexts(texts map[string][]string, where string, spec *ast.ValueSpec) {
	typ, ok := spec.Type.(*ast.Ident)
	if !ok {
		return
	}
	for _, value := range spec.Values {
		if literal, ok := value.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			if text, err := strconv.Unquote(literal.Value); err == nil {
				texts[where+typ.Name] = append(texts[where+typ.Name], text)
			}
		}
	}
}

// references say which thing an operation is about, in all the ways there are.
func references() []any {
	return []any{
		alert.ByID(id), alert.ByTinyID("1791"), alert.ByAlias("disk-07"),
		alert.SearchByID(id), alert.SearchByName("Mine"),
		incident.ByID(id), incident.ByTinyID("1791"),
		user.ByID(id), user.ByUsername("ada@example.com"), user.SearchByID(id), user.SearchByName("Mine"),
		team.ByID(id), team.ByName("Storage"), team.RoleByID(id), team.RoleByName("Observer"),
		userrole.ByID(id), userrole.ByName("Auditor"),
		schedule.ByID(id), schedule.ByName("Nights"),
		escalation.ByID(id), escalation.ByName("Storage"),
		forwardingrule.ByID(id), forwardingrule.ByAlias("holiday"),
		deployment.ByID(id), deployment.ByExternalID("build-812"), deployment.ByPipeline("{7a}"),
	}
}

// shapes are what several services share.
func shapes() []any {
	hours := shape.DayHours{StartHour: 9, EndHour: 17, EndMin: 30}
	nights := shape.WeekHours{StartDay: shape.Friday, StartHour: 18, EndDay: shape.Monday, EndHour: 8}
	conditions := []shape.Condition{
		{Field: shape.FieldMessage, Operation: shape.Contains, ExpectedValue: "disk"},
		{Field: shape.FieldExtraProperties, Key: "host", Not: true, Operation: shape.Equals, ExpectedValue: "db-1"},
	}
	return []any{
		start, shape.Time{Time: start}, file(), alert.AttachmentID("7"), json.RawMessage(`"kept"`),
		shape.For(5 * time.Minute), shape.For(2 * time.Hour), shape.For(72 * time.Hour),
		shape.TeamByName("Storage"), shape.UserByName("ada@example.com"), shape.EscalationByName("Storage"), shape.ScheduleByName("Nights"),
		shape.TeamByID(id), shape.UserByID(id), shape.EscalationByID(id), shape.ScheduleByID(id),
		shape.To(shape.UserByName("ada@example.com")), shape.To(shape.TeamByID(id)), shape.To(shape.ScheduleByName("Nights")),
		shape.To(shape.EscalationByID(id)), shape.ToGroupByName("admins"), shape.ToAll(), shape.ToNone(),
		shape.Daily(hours), shape.Weekly(nights),
		shape.MatchAll(), shape.MatchAnyCondition(conditions...), shape.MatchAllConditions(conditions[0]),
	}
}

// kinds are what comes in kinds in one service alone.
func kinds() []any {
	return []any{
		maintenance.For5Minutes(), maintenance.For30Minutes(), maintenance.For1Hour(), maintenance.Indefinitely(), maintenance.Between(start, end),
		deployment.BitbucketCloud(deployment.WorkspaceByName("shop"), "checkout", "4f1d2c3"),
		deployment.BitbucketCloud(deployment.WorkspaceByUUID("{7a}"), "search", "99e0a1b"),
		incident.PlainText("It began at eight."),
		escalation.Repeat{WaitInterval: 10, Count: services.Set(3), ResetRecipientStates: services.Set(true)},
	}
}

// interfaceKinds are what the fields that are interfaces can hold.
func interfaceKinds() map[reflect.Type][]reflect.Type {
	return map[reflect.Type][]reflect.Type{
		reflect.TypeFor[policy.Action](): {reflect.TypeFor[policy.Alert](), reflect.TypeFor[policy.Notification]()},
		reflect.TypeFor[policyv1.Action](): {
			reflect.TypeFor[policyv1.Modify](), reflect.TypeFor[policyv1.AutoClose](), reflect.TypeFor[policyv1.Delay](),
			reflect.TypeFor[policyv1.Deduplicate](), reflect.TypeFor[policyv1.Suppress](), reflect.TypeFor[policyv1.Renotify](),
			reflect.TypeFor[policyv1.AutoRestart](),
		},
	}
}

// leastValues are what a request needs of types with alternatives.
func leastValues() []any {
	everything := integration.Filter{Match: shape.FilterMatchAll}
	return []any{
		shape.User{Username: "ada@example.com"}, user.Role{Name: "User"},
		policy.Policy{ID: id, Name: "Storage", Action: policy.Alert{Message: "{{message}}"}},
		policyv1.Policy{ID: id, Name: "Storage", Action: policyv1.Modify{}},
		integration.Integration{ID: id, Type: integration.TypeAPI, Name: "Checkout"},
		integration.Ignore("Noise", everything),
		integration.Actions{
			Ignore:      []integration.Action{integration.Ignore("Noise", everything)},
			Create:      []integration.Action{integration.CreateAlert("Alarm", everything, "{{message}}", "{{alias}}")},
			Close:       []integration.Action{integration.CloseAlert("Recovery", everything, "{{alias}}")},
			Acknowledge: []integration.Action{integration.AcknowledgeAlert("Seen", everything, "{{alias}}")},
			AddNote:     []integration.Action{integration.AddNote("Comment", everything, "{{alias}}", "{{note}}")},
		},
	}
}

// fieldChoices are the fields that not every value of their type fits.
func fieldChoices() map[string][]any {
	people := []any{shape.UserByName("ada@example.com"), shape.UserByID(id)}
	teams := []any{shape.TeamByName("Storage"), shape.TeamByID(id)}
	turns := []any{
		shape.To(shape.UserByName("ada@example.com")), shape.To(shape.TeamByID(id)), shape.To(shape.EscalationByName("Storage")),
		shape.To(shape.UserByID(id)), shape.To(shape.TeamByName("Storage")), shape.To(shape.EscalationByID(id)), shape.ToNone(),
	}
	rules := []any{ // but escalation.NotifyRandom, which is younger than the document
		escalation.Rule{Condition: escalation.IfNotAcked, NotifyType: escalation.NotifyDefault, Delay: shape.For(0), Recipient: shape.To(shape.ScheduleByName("Nights"))},
		escalation.Rule{Condition: escalation.IfNotClosed, NotifyType: escalation.NotifyAll, Delay: shape.For(time.Hour), Recipient: shape.To(shape.TeamByID(id))},
		escalation.Rule{Condition: escalation.IfNotAcked, NotifyType: escalation.NotifyNext, Delay: shape.For(time.Minute), Recipient: shape.To(shape.ScheduleByID(id))},
		escalation.Rule{Condition: escalation.IfNotAcked, NotifyType: escalation.NotifyPrevious, Delay: shape.For(time.Minute), Recipient: shape.To(shape.ScheduleByID(id))},
		escalation.Rule{Condition: escalation.IfNotAcked, NotifyType: escalation.NotifyUsers, Delay: shape.For(time.Minute), Recipient: shape.To(shape.TeamByName("Storage"))},
		escalation.Rule{Condition: escalation.IfNotAcked, NotifyType: escalation.NotifyAdmins, Delay: shape.For(time.Minute), Recipient: shape.To(shape.TeamByName("Storage"))},
	}
	ignore := integration.Ignore("Noise", integration.Filter{Match: shape.FilterMatchAllConditions, Conditions: []shape.Condition{
		{Field: shape.FieldMessage, Operation: shape.Contains, ExpectedValue: "disk"},
	}})
	mail := notification.Step{
		Contact: notification.Contact{Method: shape.Email, To: "ada@example.com"}, SendAfter: shape.For(time.Minute), Enabled: services.Set(true),
	}
	as := func(kind integration.ActionType) integration.Action {
		a := ignore
		a.Type, a.User, a.Note, a.Alias = kind, services.Set("ada@example.com"), services.Set("{{note}}"), services.Set("{{alias}}")
		return a
	}
	return map[string][]any{
		"integration.Actions.Ignore":                  {ignore},
		"integration.Actions.Close":                   {as(integration.ActionClose)},
		"integration.Actions.Acknowledge":             {as(integration.ActionAcknowledge)},
		"integration.Actions.AddNote":                 {as(integration.ActionAddNote)},
		"alert.AssignRequest.Owner":                   people,
		"alert.EscalateRequest.Escalation":            {shape.EscalationByName("Storage"), shape.EscalationByID(id)},
		"alert.AddTeamRequest.Team":                   teams,
		"alert.CreateRequest.VisibleTo":               append(slices.Clip(teams), people...),
		"incident.CreateRequest.Responders":           append(slices.Clip(teams), people...),
		"incident.AddResponderRequest.Responders":     append(slices.Clip(teams), people...),
		"schedule.NewRotation.Participants":           turns,
		"schedule.UpdateRotationRequest.Participants": turns,
		"alert.CreateSavedSearchRequest.Owner":        people,
		"alert.UpdateSavedSearchRequest.Owner":        people,
		"alert.CreateSavedSearchRequest.Teams":        teams,
		"alert.UpdateSavedSearchRequest.Teams":        {services.Set([]shape.Responder{shape.TeamByName("Storage"), shape.TeamByID(id)})},
		"notification.CreateRequest.Schedules":        {shape.ScheduleByName("Nights")},
		"notification.UpdateRequest.Schedules":        {shape.ScheduleByID(id)},
		"notification.CreateRequest.Steps":            {mail},
		"notification.UpdateRequest.Steps":            {mail},
		"escalation.CreateRequest.Rules":              rules,
		"escalation.UpdateRequest.Rules":              rules,
		"schedule.CreateOverrideRequest.User":         {shape.To(shape.UserByName("ada@example.com")), shape.ToNone()},
		"schedule.UpdateOverrideRequest.User":         {shape.To(shape.UserByID(id)), shape.ToNone()},
		"team.CreateRoutingRuleRequest.Notify":        {shape.To(shape.ScheduleByName("Nights")), shape.To(shape.EscalationByID(id)), shape.ToNone()},
		"team.UpdateRoutingRuleRequest.Notify":        {shape.To(shape.ScheduleByName("Nights")), shape.To(shape.EscalationByID(id)), shape.ToNone()},
		"schedule.CreateOverrideRequest.Rotations":    {schedule.OverriddenRotation{Name: "some name"}},
		"schedule.UpdateOverrideRequest.Rotations":    {schedule.OverriddenRotation{Name: "some name"}},
		"schedule.UpdateRotationRequest.EndDate":      {services.Set(end)},
		"schedule.NewRotation.EndDate":                {end},
		"deployment.CreateRequest.CompletedAt":        {end},
		"deployment.UpdateStateRequest.CompletedAt":   {services.Set(end)},
		"schedule.CreateOverrideRequest.EndDate":      {end},
		"schedule.UpdateOverrideRequest.EndDate":      {end},
		"forwardingrule.CreateRequest.EndDate":        {end},
		"forwardingrule.UpdateRequest.EndDate":        {end},
		"integration.Incoming.Priority":               {"P2"},
		"policy.Policy.Name":                          {"Night shift"},
	}
}
