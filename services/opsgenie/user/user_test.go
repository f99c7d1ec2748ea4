package user_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/user"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	apitest.Run(t, open, slices.Concat(writes(), reads(), belongings(), searches(), refusals()))
}

const at = "/v2/users/ada@example.com"

func ref() user.Ref { return user.ByUsername("ada@example.com") }

func when(year int, month time.Month, day, hour int) shape.Time {
	return shape.Time{Time: time.Date(year, month, day, hour, 0, 0, 0, time.UTC)}
}

func ada() user.User {
	return user.User{
		ID: "1b8d0c47-93fa-4e26-a7d1-5c60f2e9b3a0", Username: "ada@example.com", FullName: "Ada Lovelace",
		Role: user.Role{ID: "Admin", Name: "Admin"}, TimeZone: "Europe/London", Locale: "en_GB", Tags: []string{"storage"},
		Details: map[string][]string{"desk": {"4B"}}, Verified: true, CreatedAt: when(2025, 2, 1, 12),
	}
}

func writes() []row {
	created := user.Summary{ID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11", Name: "Storage"}
	address := user.Address{Country: "UK", State: "", City: "London", Line: "12 St James's Square", ZipCode: "SW1"}
	const addressBody = `{"country":"UK","state":"","city":"London","line":"12 St James's Square","zipCode":"SW1"}`
	return []row{
		retried(services.RetryIfRefused, sends("Create", "POST /v2/users", `{"username":"ada@example.com","fullName":"Ada Lovelace","role":{"name":"Admin"},"skypeUsername":"ada",`+
			`"timeZone":"Europe/London","locale":"en_GB","userAddress":`+addressBody+`,"tags":["storage"],"details":{"desk":["4B"]},"invitationDisabled":true}`,
			201, "created", created, func(ctx context.Context, s api) (*services.Result[user.Summary], error) {
				return s.Create(ctx, user.CreateRequest{Username: "ada@example.com", FullName: "Ada Lovelace", Role: user.Role{Name: "Admin"}, SkypeUsername: "ada",
					TimeZone: "Europe/London", Locale: "en_GB", Address: address, Tags: []string{"storage"}, Details: map[string][]string{"desk": {"4B"}}, InvitationDisabled: services.Set(true)})
			})),
		retried(services.RetryIfRefused, sends("Create/only what is required", "POST /v2/users", `{"username":"a@b.c","fullName":"A","role":{"id":"r-1"}}`,
			201, "created", created, func(ctx context.Context, s api) (*services.Result[user.Summary], error) {
				return s.Create(ctx, user.CreateRequest{Username: "a@b.c", FullName: "A", Role: user.Role{ID: "r-1"}})
			})),
		retried(services.RetryIfRefused, sends("Update", "PATCH "+at, `{"username":"countess@example.com","fullName":"Ada King","role":{"name":"User"},"skypeUsername":"","timeZone":"Europe/Paris",`+
			`"locale":"fr_FR","userAddress":`+addressBody+`,"tags":[],"details":{},"invitationDisabled":false}`,
			200, "created", created, func(ctx context.Context, s api) (*services.Result[user.Summary], error) {
				return s.Update(ctx, user.UpdateRequest{Ref: ref(), Username: services.Set("countess@example.com"), FullName: services.Set("Ada King"),
					Role: services.Set(user.Role{Name: "User"}), SkypeUsername: services.Set(""), TimeZone: services.Set("Europe/Paris"), Locale: services.Set("fr_FR"),
					Address: services.Set(address), Tags: services.Set([]string{}), Details: services.Set(map[string][]string{}), InvitationDisabled: services.Set(false)})
			})),
		retried(services.SafeToRetry, sends("Update/to nothing", "PATCH /v2/users/u-1", `{"skypeUsername":null,"timeZone":null,"userAddress":null,"tags":null,"details":null}`,
			200, "created", created, func(ctx context.Context, s api) (*services.Result[user.Summary], error) { // S10
				return s.Update(ctx, user.UpdateRequest{Ref: user.ByID("u-1"), SkypeUsername: services.Null[string](), TimeZone: services.Null[string](),
					Address: services.Null[user.Address](), Tags: services.Null[[]string](), Details: services.Null[map[string][]string]()})
			})),
		retried(services.SafeToRetry, sends("Update/nothing", "PATCH /v2/users/u-1", `{}`, 200, "created", created, func(ctx context.Context, s api) (*services.Result[user.Summary], error) {
			return s.Update(ctx, user.UpdateRequest{Ref: user.ByID("u-1")})
		})),
		sends("Delete", "DELETE "+at, "", 200, "deleted", services.None{}, func(ctx context.Context, s api) (*services.Result[services.None], error) {
			return s.Delete(ctx, ref())
		}),
	}
}

func reads() []row {
	known := ada()
	known.Contacts = []user.Contact{{ID: "2e86d5c1-07fb-49a3-8c14-b9f60e3d72a5", To: "ada@example.com", Method: shape.Email, Enabled: true}}
	grace := ada()
	grace.ID, grace.Username, grace.FullName = "e47a9d32-0c5b-48f1-92e6-3b7d18c5f0a4", "grace@example.com", "Grace Hopper"
	const query = "?query=role%3A+admin&offset=20&limit=1&sort=username&order=asc"
	return []row{
		{
			Name: "Get",
			Call: func(ctx context.Context, s api) (any, error) {
				return s.Get(ctx, user.GetRequest{Ref: ref(), Expand: []user.Expand{user.ExpandContact}})
			},
			Exchange: apitest.Exact("GET "+at+"?expand=contact", "", 200, "get"),
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				one, ok := got.(*services.Result[user.User])
				require.True(tb, ok)
				sameUsers(tb, []user.User{known}, one.Value)
				back, err := json.Marshal(one.Value)
				require.NoError(tb, err)
				assert.JSONEq(tb, string(one.Raw()), string(back), "S7")
			},
		},
		{
			Name: "List",
			Call: func(ctx context.Context, s api) (any, error) {
				return s.List(ctx, user.ListRequest{Query: "role: admin", Offset: 20, Limit: 1, Sort: user.SortUsername, Order: shape.Ascending})
			},
			Exchange: apitest.Exact("GET /v2/users"+query, "", 200, "list"),
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				page, ok := got.(*services.Result[[]user.User])
				require.True(tb, ok)
				sameUsers(tb, []user.User{ada()}, page.Value...)
				assert.Equal(tb, 3, page.Meta.TotalCount)
			},
		},
		{
			Name:     "All",
			Call:     func(ctx context.Context, s api) (any, error) { return apitest.Collect(s.All(ctx, user.ListRequest{})) },
			Exchange: apitest.Exact("GET /v2/users", "", 200, "list"),
			Then:     []apitest.Exchange{apitest.Exact("GET /v2/users?limit=1&order=asc&sort=username&offset=1", "", 200, "list_last")},
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				all, ok := got.([]user.User)
				require.True(tb, ok)
				sameUsers(tb, []user.User{ada(), grace}, all...)
			},
		},
	}
}

// sameUsers compares the fields of users, without the form of a time that Other keeps.
func sameUsers(tb testing.TB, want []user.User, got ...user.User) {
	tb.Helper()
	got = slices.Clone(got)
	for i := range got {
		got[i].Other = services.Other{}
	}
	assert.Equal(tb, want, got)
}

func belongings() []row {
	storage := shape.OwnerTeam{ID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11", Name: "Storage"}
	return []row{
		{
			Name: "ListEscalations",
			Call: func(ctx context.Context, s api) (any, error) {
				return apitest.Value(s.ListEscalations(ctx, ref()))
			},
			Exchange: apitest.Exact("GET "+at+"/escalations", "", 200, "escalations"),
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				all, ok := got.([]user.Escalation)
				require.True(tb, ok)
				require.Len(tb, all, 1)
				require.Len(tb, all[0].Rules, 2)
				assert.Equal(tb, storage, all[0].OwnerTeam)
				assert.Equal(tb, 2*time.Hour, all[0].Rules[1].Delay.Duration())
				assert.Equal(tb, shape.KindSchedule, all[0].Rules[0].Recipient.Kind())
				assert.Equal(tb, user.EscalationRepeat{WaitInterval: 30, Count: 2}, all[0].Repeat)
			},
		},
		sends("ListForwardingRules", "GET "+at+"/forwarding-rules", "", 200, "forwarding_rules",
			[]user.ForwardingRule{{
				ID: "e2f94b60-8c1d-47a5-b390-5d7e06c3f81a", Alias: "ada-away",
				From:      shape.User{ID: "1b8d0c47-93fa-4e26-a7d1-5c60f2e9b3a0", Username: "ada@example.com"},
				To:        shape.User{ID: "e47a9d32-0c5b-48f1-92e6-3b7d18c5f0a4", Username: "grace@example.com"},
				StartDate: when(2026, 6, 2, 0), EndDate: when(2026, 6, 9, 0),
			}},
			func(ctx context.Context, s api) (*services.Result[[]user.ForwardingRule], error) {
				return s.ListForwardingRules(ctx, ref())
			}),
		sends("ListSchedules", "GET "+at+"/schedules", "", 200, "schedules",
			[]user.Schedule{{ID: "3ea6b0d8-f417-4c92-b85d-19c27e60fa43", Name: "Storage on-call", Enabled: true}},
			func(ctx context.Context, s api) (*services.Result[[]user.Schedule], error) {
				return s.ListSchedules(ctx, ref())
			}),
		sends("ListTeams", "GET "+at+"/teams", "", 200, "teams",
			[]user.Summary{{ID: storage.ID, Name: storage.Name}},
			func(ctx context.Context, s api) (*services.Result[[]user.Summary], error) {
				return s.ListTeams(ctx, ref())
			}),
	}
}

func searches() []row {
	const id = "8a4e92d0-1f6b-4c73-95da-60b7e8c13f21"
	return []row{
		sends("ListSavedSearches", "GET /v2/users/saved-searches", "", 200, "saved_searches", []user.Summary{{ID: id, Name: "Admins"}},
			func(ctx context.Context, s api) (*services.Result[[]user.Summary], error) {
				return s.ListSavedSearches(ctx)
			}),
		sends("GetSavedSearch", "GET /v2/users/saved-searches/All%2Fadmins?identifierType=name", "", 200, "saved_search",
			user.SavedSearch{ID: id, Name: "Admins", Description: "All admins", OwnerID: ada().ID, Query: "role: admin"},
			func(ctx context.Context, s api) (*services.Result[user.SavedSearch], error) {
				return s.GetSavedSearch(ctx, user.SearchByName("All/admins"))
			}),
		sends("DeleteSavedSearch", "DELETE /v2/users/saved-searches/s-1?identifierType=id", "", 200, "deleted", services.None{},
			func(ctx context.Context, s api) (*services.Result[services.None], error) {
				return s.DeleteSavedSearch(ctx, user.SearchByID("s-1"))
			}),
	}
}

func refusals() []row {
	return []row{
		refused("Get/nobody", func(ctx context.Context, s api) (*services.Result[user.User], error) {
			return s.Get(ctx, user.GetRequest{})
		}),
		refused("Get/what is another route", func(ctx context.Context, s api) (*services.Result[user.User], error) {
			return s.Get(ctx, user.GetRequest{Ref: user.ByID("saved-searches")})
		}),
		refused("ListTeams/what is another route", func(ctx context.Context, s api) (*services.Result[[]user.Summary], error) {
			return s.ListTeams(ctx, user.ByID("saved-searches"))
		}),
		refused("Update/what is another route", func(ctx context.Context, s api) (*services.Result[user.Summary], error) {
			return s.Update(ctx, user.UpdateRequest{Ref: user.ByID("saved-searches")})
		}),
		refused("Update/to no role", func(ctx context.Context, s api) (*services.Result[user.Summary], error) {
			return s.Update(ctx, user.UpdateRequest{Ref: ref(), Role: services.Set(user.Role{})})
		}),
		refused("Delete/nobody", func(ctx context.Context, s api) (*services.Result[services.None], error) {
			return s.Delete(ctx, user.Ref{})
		}),
		refused("List/negative offset", func(ctx context.Context, s api) (*services.Result[[]user.User], error) {
			return s.List(ctx, user.ListRequest{Offset: -1})
		}),
		refused("GetSavedSearch/none", func(ctx context.Context, s api) (*services.Result[user.SavedSearch], error) {
			return s.GetSavedSearch(ctx, user.SearchRef{})
		}),
	}
}

func TestAllThatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	s, err := open(http.DefaultTransport)
	require.NoError(t, err)
	_, err = s.Create(t.Context(), user.CreateRequest{})
	require.EqualError(t, err, "services: POST /v2/users: argument username is required; argument fullName is required; argument role is required")
}

// S7, S8: what was read is written back as it came, at every depth, without what only the server
// changes.
func TestWhatWasReadIsWrittenBack(t *testing.T) {
	t.Parallel()
	const members = `"username":"ada@example.com","fullName":"Ada","role":{"id":"Admin","name":null,"since":2019},"skypeUsername":null,"timeZone":7,"locale":"",` +
		`"userAddress":{"country":"UK","line":["12"],"floor":3},"tags":null,"details":{"desk":"4B"},"mobile":{"os":"x"}`
	var read user.User
	require.NoError(t, json.Unmarshal([]byte(`{"id":"u","blocked":false,"verified":true,"createdAt":1738411200000,"userContacts":[],`+members+`}`), &read))
	assert.Len(t, read.Mismatches(), 3, "its time zone, desk and time of creation")
	in := read.Request()
	in.FullName = services.Set("Ada King")
	_, err := apitest.Verify(t.Context(), open, row{
		Name: "Update", Call: func(ctx context.Context, s api) (any, error) { return s.Update(ctx, in) }, Repeat: services.SafeToRetry,
		Exchange: apitest.Exchange{Send: "PATCH /v2/users/u", Body: `{` + strings.Replace(members, `"Ada"`, `"Ada King"`, 1) + `}`, Answer: `{"data":{"id":"u"}}`},
	})
	require.NoError(t, err)
}

// S8: an escalation with odd members is read.
func TestAnOddEscalationIsRead(t *testing.T) {
	t.Parallel()
	_, err := apitest.Verify(t.Context(), open, row{
		Name: "ListEscalations", Call: func(ctx context.Context, s api) (any, error) { return apitest.Value(s.ListEscalations(ctx, ref())) },
		Exchange: apitest.Exchange{Send: "GET " + at + "/escalations", Answer: `{"data":[{"name":"E","rules":null,` +
			`"repeat":{"waitInterval":"ten","count":2,"resetRecipientStates":null}},{"name":"F","rules":[{"delay":5,"condition":"if-not-acked"}]}]}`},
		Want: []user.Escalation{{Name: "E", Repeat: user.EscalationRepeat{Count: 2}}, {Name: "F", Rules: []user.EscalationRule{{Condition: "if-not-acked"}}}},
	})
	require.NoError(t, err)
}

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(`{"data": [{"username": "ada@example.com", "role": {"name": "Admin"}}], "totalCount": 1}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	for one, err := range user.New(client).All(context.Background(), user.ListRequest{Query: "role: admin"}) {
		if err != nil {
			panic(err)
		}
		fmt.Println(one.Username, one.Role.Name)
	}
	// Output: ada@example.com Admin
}
