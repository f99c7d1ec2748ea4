package opsgenietest

import (
	"net/http"
	"time"
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
			it.doc["status"] = maintenanceStatus(it.doc, w.now())
			return it.doc
		},
		schema: schema{
			replace: true, made: []string{"status"},
			fields: []field{
				{name: "description", is: textValue},
				{name: "time", is: objectValue, required: true, inside: checkWindow},
				{name: "rules", is: listValue, required: true, inside: checkMaintenanceRules},
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
	p.add(at.text("type") == "", name+".type", name+".type can not be empty.")
	oneOf(p, window, "type", name+".type", "for-5-minutes", "for-30-minutes", "for-1-hour", "indefinitely", "schedule")
	if at.text("type") != "schedule" {
		return
	}
	p.within(name, window, []field{
		{name: "startDate", is: timeValue, required: true}, {name: "endDate", is: timeValue, required: true},
	})
	start, _ := parseTime(at.text("startDate"))
	end, _ := parseTime(at.text("endDate"))
	p.add(end.Before(start.Time), name+".endDate", name+".endDate must not be before startDate.")
}

func checkMaintenanceRules(p problems, name string, value any) {
	all, _ := value.([]any)
	for _, each := range all {
		rule, _ := each.(map[string]any)
		p.within(name, rule, []field{
			{name: "state", is: textValue, among: []string{"enabled", "disabled"}},
			{name: "entity", is: objectValue, required: true},
		})
		p.within(name+".entity", document(rule).object("entity"), []field{
			{name: "id", is: textValue, required: true},
			{name: "type", is: textValue, required: true, among: []string{"integration", "policy"}},
		})
	}
}

// completeMaintenance sets when a maintenance starts and ends.
func completeMaintenance(w *world, _ *call, it *item) error {
	window, now := it.doc.object("time"), w.now()
	kept := map[string]any(window.clone())
	kept["startDate"] = now
	delete(kept, "endDate")
	if length, known := windows()[window.text("type")]; !known {
		kept["startDate"], _ = parseTime(window.text("startDate"))
		kept["endDate"], _ = parseTime(window.text("endDate"))
	} else if length > 0 {
		kept["endDate"] = Time{now.Add(length)}
	}
	it.doc["time"] = kept
	delete(it.doc, "status") // a change also revives one that was cancelled
	it.doc["status"] = maintenanceStatus(it.doc, now)
	return nil
}

// maintenanceStatus returns the status of a maintenance as of now.
func maintenanceStatus(d document, now Time) string {
	window := d.object("time")
	start, _ := window["startDate"].(Time)
	end, ends := window["endDate"].(Time)
	switch {
	case d.text("status") == "cancelled":
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
	which, err := c.choice("type", "all", "past", "non-expired")
	if err != nil {
		return response{}, err
	}
	rows := []document{}
	for _, it := range w.lists.of(k.path).items {
		status := k.shown(w, it).text("status")
		over := status == "past" || status == "cancelled"
		if which == "all" || over == (which == "past") {
			rows = append(rows, k.meta(w, it))
		}
	}
	return response{data: rows}, nil
}

// cancelMaintenance cancels a maintenance unless it is past.
func cancelMaintenance(w *world, _ *call, it *item) (response, error) {
	if maintenanceStatus(it.doc, w.now()) != "past" {
		it.doc["status"] = "cancelled"
	}
	return response{result: "Cancelled", data: it.doc.only("id")}, nil
}

// changeEndDate sets the end of a maintenance, which then has a schedule.
func (k *kind) changeEndDate(w *world, c *call, it *item) (response, error) {
	in, err := (&kind{schema: schema{fields: []field{{name: "endDate", is: timeValue, required: true}}}}).read(c, true)
	if err != nil {
		return response{}, err
	}
	window := it.doc.object("time")
	window["type"] = "schedule"
	window["endDate"], _ = parseTime(in.text("endDate"))
	it.doc["status"] = maintenanceStatus(it.doc, w.now())
	return response{result: "Updated", data: k.meta(w, it)}, nil
}
