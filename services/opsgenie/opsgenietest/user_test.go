package opsgenietest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/account"
	"github.com/tripware/tripware/services/opsgenie/contact"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/user"
)

func TestAUserIsKeptChangedAndDeleted(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := opsgenietest.New(t, opsgenietest.WithClock(clock.now))
	c, ctx := connect(t, s), t.Context()
	sent := user.CreateRequest{
		Username: "ada@example.com", FullName: "Ada Lovelace", Role: user.Role{Name: "Admin"}, SkypeUsername: "ada.l",
		TimeZone: "Europe/London", Locale: "en_GB", Address: user.Address{Country: "UK", State: "-", City: "London", Line: "St James 12", ZipCode: "SW1"},
		Tags: []string{"storage"}, Details: map[string][]string{"desk": {"4B", "5A"}}, InvitationDisabled: services.Set(true),
	}
	created, err := c.Users.Create(ctx, sent)
	require.NoError(t, err)
	assert.Equal(t, http.StatusCreated, created.Meta.Status)
	assert.Equal(t, "Created", created.Meta.Result)
	assert.Equal(t, "Ada Lovelace", created.Value.Name)

	id := created.Value.ID
	want := user.User{
		ID: id, Username: sent.Username, FullName: sent.FullName, Role: user.Role{ID: "Admin", Name: "Admin"}, SkypeUsername: "ada.l",
		TimeZone: sent.TimeZone, Locale: sent.Locale, Address: sent.Address, Tags: sent.Tags, Details: sent.Details,
		CreatedAt: shape.Time{Time: clock.now()},
	}
	get := func(ref user.Ref) user.User {
		got := must[user.User](t)(c.Users.Get(ctx, user.GetRequest{Ref: ref}))
		got.Other = services.Other{} // the form of a time
		return got
	}
	assert.Equal(t, want, get(user.ByID(id)))
	assert.Equal(t, want, get(user.ByUsername("ada@example.com")))
	list := must[[]user.User](t)(c.Users.List(ctx, user.ListRequest{}))
	require.Len(t, list, 1)
	assert.Equal(t, id, list[0].ID)

	must[contact.Summary](t)(c.Contacts.Create(ctx, contact.CreateRequest{User: id, Method: shape.SMS, To: "1-555"}))
	with := must[user.User](t)(c.Users.Get(ctx, user.GetRequest{Ref: user.ByID(id), Expand: []user.Expand{"other", user.ExpandContact}}))
	require.Len(t, with.Contacts, 1)
	assert.Equal(t, "sms 1-555", string(with.Contacts[0].Method)+" "+with.Contacts[0].To)
	assert.True(t, with.Contacts[0].Enabled)

	clock.move(time.Hour)
	changed, err := c.Users.Update(ctx, user.UpdateRequest{Ref: user.ByID(id), FullName: services.Set("Ada King"), Tags: services.Set([]string{}), SkypeUsername: services.Set("ak")})
	require.NoError(t, err)
	assert.Equal(t, user.Summary{ID: id, Name: "Ada King"}, changed.Value)
	want.FullName, want.Tags, want.SkypeUsername = "Ada King", []string{}, "ak"
	assert.Equal(t, want, get(user.ByID(id)))

	raw := dial(t, s)
	at := "/v2/users/" + id
	require.Equal(t, http.StatusOK, raw.do("PATCH", at, `{"skypeUsername":null,"timeZone":null,"username":"king@example.com"}`).status)
	read := raw.get("/v2/users/king@example.com", &struct{}{})
	assert.NotContains(t, string(read.body.Data), "skype")
	assert.Contains(t, string(read.body.Data), `"timeZone":"Etc/UTC"`, "that of the account")
	assert.Contains(t, string(read.raw), `"expandable":["contact"]`)
	assert.NotContains(t, string(read.body.Data), "invitationDisabled")

	require.NoError(t, second(c.Users.Delete(ctx, user.ByUsername("king@example.com"))))
	refusedWith(t, http.StatusNotFound, second(c.Users.Get(ctx, user.GetRequest{Ref: user.ByID(id)})))
	refusedWith(t, http.StatusNotFound, second(c.Users.Delete(ctx, user.ByID(id))))
	refusedWith(t, http.StatusNotFound, second(c.Users.Update(ctx, user.UpdateRequest{Ref: user.ByID(id), FullName: services.Set("x")})))
}

func TestAUserThatIsWrongIsRefused(t *testing.T) {
	t.Parallel()
	c := dial(t, opsgenietest.New(t))
	good := `{"username":"a@example.com","fullName":"A","role":{"name":"User"}}`
	require.Equal(t, http.StatusCreated, c.do("POST", "/v2/users", good).status)
	require.Equal(t, http.StatusCreated, c.do("POST", "/v2/users", strings.Replace(good, "a@", "b@", 1)).status)
	assert.Equal(t, http.StatusConflict, c.do("POST", "/v2/users", good).status)
	assert.Equal(t, http.StatusConflict, c.do("PATCH", "/v2/users/b@example.com", `{"username":"a@example.com"}`).status)
	assert.Equal(t, http.StatusOK, c.do("PATCH", "/v2/users/b@example.com", `{"username":"b@example.com"}`).status, "its own")
	assert.Equal(t, http.StatusBadRequest, c.do("POST", "/v2/users", `{`).status)

	for _, row := range []struct{ field, was, is string }{
		{"username", `"a@example.com"`, `null`},
		{"username", `"a@example.com"`, `"ada"`},
		{"username", `"a@example.com"`, `"` + strings.Repeat("a", 90) + `@example.com"`},
		{"fullName", `"A"`, `" "`},
		{"fullName", `"A"`, `"` + strings.Repeat("ä", 513) + `"`},
		{"fullName", `"A"`, `7`},
		{"role", `{"name":"User"}`, `{}`},
		{"role", `{"name":"User"}`, `"User"`},
		{"details", `"fullName"`, `"details":{"desk":"4B"},"fullName"`},
		{"details", `"fullName"`, `"details":{"desk":[4]},"fullName"`},
		{"tags", `"fullName"`, `"tags":"x","fullName"`},
		{"invitationDisabled", `"fullName"`, `"invitationDisabled":"no","fullName"`},
	} {
		r := c.do("POST", "/v2/users", strings.Replace(good, row.was, row.is, 1))
		assert.Equal(t, http.StatusUnprocessableEntity, r.status, "%s", r.raw)
		assert.Len(t, r.body.Errors, 1)
		assert.Contains(t, r.body.Errors, row.field)
	}
}

func TestUsersAreListedInPagesSortedAndSearched(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := opsgenietest.New(t, opsgenietest.WithClock(clock.now))
	c, ctx := connect(t, s), t.Context()
	for _, row := range [][3]string{{"c@example.com", "Ann", "Admin"}, {"a@example.com", "Cid", "User"}, {"b@example.com", "Bob", "User"}} {
		must[user.Summary](t)(c.Users.Create(ctx, user.CreateRequest{
			Username: row[0], FullName: row[1], Role: user.Role{Name: row[2]}, Address: user.Address{City: row[1] + "ville"},
		}))
		clock.move(time.Second)
	}
	page, err := c.Users.List(ctx, user.ListRequest{Limit: 2})
	require.NoError(t, err)
	assert.Len(t, page.Value, 2)
	assert.Equal(t, 3, page.Meta.TotalCount)
	assert.Equal(t, "/v2/users?limit=2&sort=username&order=asc&offset=2", strings.TrimPrefix(dial(t, s).do("GET", "/v2/users?limit=2", "").body.Paging["next"], s.URL))

	names := func(in user.ListRequest) string {
		var all []string
		for each, err := range c.Users.All(ctx, in) {
			require.NoError(t, err)
			all = append(all, each.FullName)
		}
		return strings.Join(all, " ")
	}
	assert.Equal(t, "Cid Bob Ann", names(user.ListRequest{Limit: 1}), "by username")
	for sort, want := range map[user.Sort]string{
		user.SortFullName: "Ann Bob Cid", user.SortInsertedAt: "Ann Cid Bob", user.SortCreatedAt: "Ann Cid Bob",
		user.SortRole: "Ann Cid Bob", user.SortVerified: "Ann Cid Bob", user.SortBlocked: "Ann Cid Bob",
	} {
		assert.Equal(t, want, names(user.ListRequest{Sort: sort}), sort)
	}
	assert.Equal(t, "Ann Bob Cid", names(user.ListRequest{Order: shape.Descending, Limit: 2}))
	for query, want := range map[string]string{
		"role: user": "Cid Bob", "username: a@example.com OR fullName: Bob": "Cid Bob", "verified: false AND NOT role: User": "Ann",
		"blocked: true": "", "userAddress: Bobville": "Bob", "createdAt > 0": "Cid Bob Ann", "ann": "Ann",
		"locale: en_US": "Cid Bob Ann", `timeZone: "Etc/UTC"`: "Cid Bob Ann",
	} {
		assert.Equal(t, want, names(user.ListRequest{Query: query}), query)
	}
	empty := dial(t, s).do("GET", "/v2/users?query="+url.QueryEscape("role: nobody"), "")
	assert.Contains(t, string(empty.raw), `"totalCount":0`)
	assert.Equal(t, "[]", string(empty.body.Data))
	for _, query := range []string{"sort=age", "order=up", "limit=0", "offset=-1", "query=shoe%3A+9"} {
		assert.Equal(t, http.StatusUnprocessableEntity, dial(t, s).do("GET", "/v2/users?"+query, "").status, query)
	}
}

func TestTheAccountCountsItsUsers(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c := connect(t, s)
	assert.Equal(t, 1, s.Account().UserCount, "its owner")
	for _, name := range []string{"a@example.com", "b@example.com"} {
		must[user.Summary](t)(c.Users.Create(t.Context(), user.CreateRequest{Username: name, FullName: name, Role: user.Role{Name: "User"}}))
	}
	assert.Equal(t, 2, must[account.Account](t)(c.Account.Get(t.Context())).UserCount)
	assert.Equal(t, 2, s.Account().UserCount)
}

func TestASearchForUsersIsReadAndDeleted(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, ctx := connect(t, s), t.Context()
	assert.Empty(t, must[[]user.Summary](t)(c.Users.ListSavedSearches(ctx)))
	ada := must[user.Summary](t)(c.Users.Create(ctx, user.CreateRequest{Username: "ada@example.com", FullName: "Ada", Role: user.Role{Name: "User"}}))
	id, err := s.SaveUserSearch("Admins", "role: Admin", "ada@example.com")
	require.NoError(t, err)
	for _, name := range []string{"", "Admins"} {
		_, err = s.SaveUserSearch(name, "q", "")
		require.ErrorContains(t, err, "the name is empty or already in use")
	}
	assert.Equal(t, []user.Summary{{ID: id, Name: "Admins"}}, must[[]user.Summary](t)(c.Users.ListSavedSearches(ctx)))
	want := user.SavedSearch{ID: id, Name: "Admins", Query: "role: Admin", OwnerID: ada.ID}
	for _, ref := range []user.SearchRef{user.SearchByID(id), user.SearchByName("Admins")} {
		assert.Equal(t, want, must[user.SavedSearch](t)(c.Users.GetSavedSearch(ctx, ref)))
	}
	require.NoError(t, second(c.Users.DeleteSavedSearch(ctx, user.SearchByName("Admins"))))
	refusedWith(t, http.StatusNotFound, second(c.Users.GetSavedSearch(ctx, user.SearchByID(id))))
}
