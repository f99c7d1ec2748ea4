package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm"
	"github.com/tripware/tripware/services/jsm/wire"
)

// A smoke reads one operation after the other.
type smoke struct {
	client *jsm.Client
	guard  *guard
	mask   masker
	server string
	prefix jsm.Prefix

	ids                   map[string]string // of the first item, by the list
	read, unread, unasked int
}

// The requests, by what is in the path.
type (
	plainRequest struct{ query }

	itemRequest struct {
		query

		ID string `path:"id"`
	}

	belowRequest struct {
		query

		Parent string `path:"parent"`
	}

	belowItemRequest struct {
		query

		Parent string `path:"parent"`
		ID     string `path:"id"`
	}
)

// request returns the request of a read, and the list that has no item if one is missing.
func (s *smoke) request(r read) (in any, missing string) {
	for _, list := range []string{r.below, r.of} {
		if list != "" && s.ids[list] == "" {
			return nil, list
		}
	}
	parent, id := s.ids[r.below], s.ids[r.of]
	switch hasParent, hasID := strings.Contains(r.route, "{parent}"), strings.Contains(r.route, "{id}"); {
	case hasParent && hasID:
		return belowItemRequest{r.query, parent, id}, ""
	case hasParent:
		return belowRequest{r.query, parent}, ""
	case hasID:
		return itemRequest{r.query, id}, ""
	}
	if r.name == "Alerts.GetByAlias" {
		r.query.Alias = s.ids["alias"]
	}
	return plainRequest{r.query}, ""
}

// report sends a read and returns what to print of it.
func (s *smoke) report(ctx context.Context, r read) string {
	in, missing := s.request(r)
	if missing != "" {
		s.unasked++
		return fmt.Sprintf("-    %s\n     not asked: %s has no item that could be read", r.name, missing)
	}
	if r.file {
		got, err := services.Download(ctx, s.client.Core(), r.route, in, "text/calendar", io.Discard)
		if err != nil {
			return s.failure(r, err)
		}
		s.read++
		return fmt.Sprintf("%d  %s\n     a file", got.Meta.Status, r.name)
	}
	core := s.client.Core()
	if strings.HasPrefix(r.name, "Services.") {
		core = s.client.RegistryCore()
	}
	got, err := services.Do[json.RawMessage](ctx, core, r.route, in, services.ByMethod)
	if err != nil {
		return s.failure(r, err)
	}
	s.read++
	form, doc := describe(got.Value)
	s.remember(r, doc)
	return fmt.Sprintf("%d  %s\n     %s%s%s", got.Meta.Status, r.name, form, nextLink(doc), s.odd(r, string(got.Value)))
}

// failure returns what to print of an error: its kind, and the server's message without what
// belongs to the tenant.
func (s *smoke) failure(r read, err error) string {
	s.unread++
	status, message := "-  ", err.Error()
	if failed, ok := errors.AsType[*services.Error](err); ok && failed.Status != 0 {
		status, message = strconv.Itoa(failed.Status), cmp.Or(failed.Message, message)
	}
	text := fmt.Sprintf("%s  %s\n     not read: %s", status, r.name, s.mask.text(message))
	if scope, ok := errors.AsType[*wire.ScopeError](err); ok {
		text += "\n     " + scope.Error()
	}
	return text
}

// remember keeps the id of the first item of a list for the reads that need it.
func (s *smoke) remember(r read, doc any) {
	items, _ := doc.([]any)
	if frame, ok := doc.(map[string]any); ok {
		for _, name := range []string{"values", "platformTeams", "data", "onCallUsers"} {
			if list, ok := frame[name].([]any); ok {
				items = list
			}
		}
	}
	if len(items) == 0 {
		return
	}
	switch first := items[0].(type) {
	case string:
		s.ids[r.name] = first
	case map[string]any:
		member := r.id
		if member == "" {
			member = "id"
		}
		s.ids[r.name] = textOf(first[member])
		if r.name == "Alerts.List" {
			s.ids["alias"] = textOf(first["alias"])
		}
	}
}

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// nextLink describes the link to the next page without its values.
func nextLink(doc any) string {
	frame, _ := doc.(map[string]any)
	links, _ := frame["links"].(map[string]any)
	next, _ := links["next"].(string)
	u, err := url.Parse(next)
	if next == "" || err != nil {
		return ""
	}
	form := "relative to"
	if u.IsAbs() {
		form = "absolute, on"
	}
	// Ids in a path are masked; an absolute link begins with a prefix, a relative one with a version.
	first, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	names := map[string]bool{}
	for name := range u.Query() {
		names[name] = true
	}
	return fmt.Sprintf("\n     next page: %s /%s…, with %s", form, first, sorted(names))
}

func sorted(names map[string]bool) string {
	return strings.Join(slices.Sorted(maps.Keys(names)), ", ")
}
