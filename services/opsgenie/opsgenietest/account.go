package opsgenietest

// An Account describes the account of the server.
//
// API: https://docs.opsgenie.com/docs/account-api
type Account struct {
	Name      string `json:"name"`
	UserCount int    `json:"userCount"` // at least 1: without users it counts the owner
	Plan      Plan   `json:"plan"`
}

// A Plan is the plan of an account.
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
	users := len(w.lists.Of(userPath).Items)
	return Account{Name: "opsgenietest", UserCount: max(1, users), Plan: Plan{MaxUserCount: 100, Name: w.plan, IsYearly: true}}
}

// Account returns the server's account. [WithPlan] sets its plan.
func (s *Server) Account() Account {
	s.engine.Mu.Lock()
	defer s.engine.Mu.Unlock()
	return s.world.account()
}
