package opsgenietest

import (
	"net/http"
	"time"

	"github.com/tripware/tripware/services/internal/sim"
)

// maintenances are periods in which integrations and policies are disabled or enabled.
// Here only their own status follows the clock: they enable and disable nothing. See
// https://docs.opsgenie.com/docs/maintenance-api.
func maintenances() *kind {
	return &kind{
		noun: "maintenance", path: "/v1/maintenance", param: "id", domain: DomainConfiguration,
		keys:  []string{"id"},
		brief: []string{"id", "status", "time", "description"}, complete: completeMaintenance,
		show: func(w *world, it *item) document {
			it.Doc["status"] = maintenanceStatus(it.Doc, w.Now())
			return it.Doc
		},
		schema: schema{
			Replace: true, Made: []string{"status"},
			Fields: []field{
				{Name: "description", Is: sim.Text},
				{Name: "time", Is: sim.Object, Required: true, Inside: checkWindow},
				{Name: "rules", Is: sim.List, Required: true, Inside: checkMaintenanceRules},
			},
		},
	}
}

func maintenanceRoutes() []route {
	k := maintenances()
	return append(k.routes()[1:],
		route{"GET " + k.path, k.domain, noBody, k.listMaintenances},
		k.on(http.MethodPost, "/cancel", cancelMaintenance),
		k.on(http.MethodPost, "/change-end-date", k.changeEndDate),
	)
}

// windows returns the lengths of the periods that have a name; zero means no end.
func windows() map[string]time.Duration {
	return map[string]time.Duration{
		"for-5-minutes": 5 * time.Minute, "for-30-minutes": 30 * time.Minute, "for-1-hour": time.Hour, "indefinitely": 0,
	}
}

func checkWindow(p problems, name string, value any) {
	window, _ := value.(map[string]any)
	at := document(window)
	p.Add(at.Text("type") == "", name+".type", name+".type can not be empty.")
	oneOf(p, window, "type", name+".type", "for-5-minutes", "for-30-minutes", "for-1-hour", "indefinitely", "schedule")
	if at.Text("type") != "schedule" {
		return
	}
	p.Within(name, window, []field{
		{Name: "startDate", Is: sim.Moment, Required: true}, {Name: "endDate", Is: sim.Moment, Required: true},
	})
	start, _ := sim.ParseTime(at.Text("startDate"))
	end, _ := sim.ParseTime(at.Text("endDate"))
	p.Add(end.Before(start.Time), name+".endDate", name+".endDate must not be before startDate.")
}

func checkMaintenanceRules(p problems, name string, value any) {
	all, _ := value.([]any)
	for _, each := range all {
		rule, _ := each.(map[string]any)
		p.Within(name, rule, []field{
			{Name: "state", Is: sim.Text, Among: []string{"enabled", "disabled"}},
			{Name: "entity", Is: sim.Object, Required: true},
		})
		p.Within(name+".entity", document(rule).Object("entity"), []field{
			{Name: "id", Is: sim.Text, Required: true},
			{Name: "type", Is: sim.Text, Required: true, Among: []string{"integration", "policy"}},
		})
	}
}

// completeMaintenance sets when a maintenance starts and ends.
func completeMaintenance(w *world, _ *call, it *item) error {
	window, now := it.Doc.Object("time"), w.Now()
	kept := map[string]any(window.Clone())
	kept["startDate"] = now
	delete(kept, "endDate")
	if length, known := windows()[window.Text("type")]; !known {
		kept["startDate"], _ = sim.ParseTime(window.Text("startDate"))
		kept["endDate"], _ = sim.ParseTime(window.Text("endDate"))
	} else if length > 0 {
		kept["endDate"] = Time{Time: now.Add(length)}
	}
	it.Doc["time"] = kept
	delete(it.Doc, "status") // a change also revives one that was cancelled
	it.Doc["status"] = maintenanceStatus(it.Doc, now)
	return nil
}

// maintenanceStatus returns the status of a maintenance as of now.
func maintenanceStatus(d document, now Time) string {
	window := d.Object("time")
	start, _ := window["startDate"].(Time)
	end, ends := window["endDate"].(Time)
	switch {
	case d.Text("status") == "cancelled":
		return "cancelled"
	case ends && !now.Before(end.Time):
		return "past"
	case now.Before(start.Time):
		return "planned"
	default:
		return "active"
	}
}

// listMaintenances lists all maintenances, those that are past or cancelled, or the others.
func (k *kind) listMaintenances(w *world, c *call) (response, error) {
	which, err := c.Choice("type", "all", "past", "non-expired")
	if err != nil {
		return response{}, err
	}
	rows := []document{}
	for _, it := range w.lists.Of(k.path).Items {
		status := k.shown(w, it).Text("status")
		over := status == "past" || status == "cancelled"
		if which == "all" || over == (which == "past") {
			rows = append(rows, k.meta(w, it))
		}
	}
	return response{data: rows}, nil
}

// cancelMaintenance cancels a maintenance unless it is past.
func cancelMaintenance(w *world, _ *call, it *item) (response, error) {
	if maintenanceStatus(it.Doc, w.Now()) != "past" {
		it.Doc["status"] = "cancelled"
	}
	return response{result: "Cancelled", data: it.Doc.Only("id")}, nil
}

// changeEndDate sets the end of a maintenance, which then has a schedule.
func (k *kind) changeEndDate(w *world, c *call, it *item) (response, error) {
	in, err := (&kind{schema: schema{Fields: []field{{Name: "endDate", Is: sim.Moment, Required: true}}}}).read(c, true)
	if err != nil {
		return response{}, err
	}
	window := it.Doc.Object("time")
	window["type"] = "schedule"
	window["endDate"], _ = sim.ParseTime(in.Text("endDate"))
	it.Doc["status"] = maintenanceStatus(it.Doc, w.Now())
	return response{result: "Updated", data: k.meta(w, it)}, nil
}
