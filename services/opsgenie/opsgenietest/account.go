package opsgenietest

// An Account is the account that the server plays. See
// https://docs.opsgenie.com/docs/account-api.
type Account struct {
	Name      string `json:"name"`
	UserCount int    `json:"userCount"`
	Plan      Plan   `json:"plan"`
}

// A Plan is what an account pays for.
type Plan struct {
	MaxUserCount int    `json:"maxUserCount"`
	Name         string `json:"name"`
	IsYearly     bool   `json:"isYearly"`
}

func accountRoutes() []route {
	return []route{{"GET /v2/account", DomainConfiguration, noBody, (*world).getAccount}}
}

func (w *world) getAccount(*call) (response, error) {
	return response{data: w.account()}, nil
}

func (w *world) account() Account {
	users := len(w.lists.of(userPath).items)
	return Account{Name: "opsgenietest", UserCount: max(1, users), Plan: Plan{MaxUserCount: 100, Name: w.plan, IsYearly: true}}
}

// Account returns the account that the server plays; its plan is set by [WithPlan].
// Who owns it is counted while there are no users.
func (s *Server) Account() Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.world.account()
}
