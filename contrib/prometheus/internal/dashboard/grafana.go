package main

import "github.com/tripware/tripware/contrib/prometheus/internal/metric"

// object is a JSON object in the model of a dashboard
// (https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/).
type object = map[string]any

const (
	wholeWidth = 24 // of a dashboard
	height     = 8  // of a panel
)

// dashboardOf returns the dashboard with these rows.
func dashboardOf(list []row) object {
	var panels []object
	y, id := 0, 0
	place := func(x, width, high int) (int, object) {
		id++
		return id, object{"x": x, "y": y, "w": width, "h": high}
	}
	for _, r := range list {
		number, at := place(0, wholeWidth, 1)
		panels = append(panels, object{
			"id": number, "type": "row", "title": r.title, "gridPos": at, "collapsed": false, "panels": []object{},
		})
		y++
		width := wholeWidth / len(r.panels)
		for i, p := range r.panels {
			number, at := place(i*width, width, height)
			panels = append(panels, p.object(number, at))
		}
		y += height
	}
	return object{
		"uid": "tripware", "title": "Tripware", "tags": []string{"tripware", "http-client"},
		"description":   "Calls of an HTTP client: outcomes, durations, retries, waits and limits.",
		"schemaVersion": 39, "version": 1, "editable": true, "graphTooltip": 1, "refresh": "30s",
		"time":        object{"from": "now-1h", "to": "now"},
		"timezone":    "",
		"annotations": object{"list": []object{}},
		"templating":  object{"list": variables()},
		"panels":      panels,
	}
}

func source() object { return object{"type": "prometheus", "uid": "${datasource}"} }

func (p panel) object(id int, at object) object {
	targets := make([]object, len(p.targets))
	for i, t := range p.targets {
		targets[i] = object{
			"refId": string(rune('A' + i)), "datasource": source(),
			"expr": t.expr, "legendFormat": t.legend, "range": true, "editorMode": "code",
		}
	}
	return object{
		"id": id, "type": "timeseries", "title": p.title, "description": p.about, "gridPos": at,
		"datasource": source(), "targets": targets,
		"fieldConfig": object{"defaults": object{"unit": p.unit, "min": 0}, "overrides": []object{}},
		"options": object{
			"legend":  object{"displayMode": "list", "placement": "bottom", "showLegend": true, "calcs": []string{}},
			"tooltip": object{"mode": "multi", "sort": "desc"},
		},
	}
}

// variables returns what a reader can choose above the panels.
func variables() []object {
	calls := metric.Namespace + "_" + metric.All().Calls.Name
	list := []object{{"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"}}
	for _, v := range []struct{ name, label, query string }{
		{"job", "Job", "label_values(" + calls + ", job)"},
		{metric.Route, "Route", "label_values(" + calls + `{job=~"$job"}, ` + metric.Route + ")"},
		{metric.Host, "Host", "label_values(" + calls + `{job=~"$job"}, ` + metric.Host + ")"},
	} {
		list = append(list, object{
			"name": v.name, "label": v.label, "type": "query", "datasource": source(), "refresh": 2, "sort": 1,
			"query": object{"query": v.query, "refId": v.name}, "definition": v.query,
			"multi": true, "includeAll": true, "allValue": ".*", "current": object{"text": "All", "value": "$__all"},
		})
	}
	return list
}
