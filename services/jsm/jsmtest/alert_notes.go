package jsmtest

import (
	"net/http"
	"slices"

	"github.com/tripware/tripware/services/internal/sim"
)

func noteRoutes() []route {
	const one = alertsPath + "/{alertId}/notes/{id}"
	return []route{
		{"GET " + alertPath + "/notes", DomainAlert, noBody, onAlert("id", listNotes)},
		{"POST " + alertPath + "/notes", DomainAlert, jsonBody, onAlert("id", addNote)},
		{"PATCH " + one, DomainAlert, jsonBody, onAlert("alertId", updateNote)},
		{"DELETE " + one, DomainAlert, noBody, onAlert("alertId", deleteNote)},
		{"GET " + alertPath + "/logs", DomainAlert, noBody, onAlert("id", listLogs)},
	}
}

func listNotes(w *world, c *call, a *Alert) (response, error) {
	some, out, err := byCursor(w, c, a.Notes, func(n Note) string { return n.ID })
	if err != nil {
		return response{}, err
	}
	out.Values = append([]Note{}, some...)
	return response{data: out}, nil
}

func listLogs(w *world, c *call, a *Alert) (response, error) {
	some, out, err := byCursor(w, c, a.Logs, func(l Log) string { return l.cursor })
	if err != nil {
		return response{}, err
	}
	out.Values = append([]Log{}, some...)
	return response{data: out}, nil
}

// readNote decodes and checks a note.
func readNote(c *call) (string, error) {
	in, p := document{}, problems{}
	if err := c.Decode(&in); err != nil {
		return "", err
	}
	p.Within("", in, []field{{Name: "note", Is: sim.Text, Required: true, Most: 25_000}})
	return in.Text("note"), p.Err()
}

// addNote adds a note at once, unlike other changes of alerts.
func addNote(w *world, c *call, a *Alert) (response, error) {
	text, err := readNote(c)
	if err != nil {
		return response{}, err
	}
	a.UpdatedAt = w.Now()
	w.history(a, c.actor, "Alert given a note")
	return response{data: *w.annotate(a, c.actor, text)}, nil
}

// findNote returns the index of the note in a request's path, or 404.
func findNote(c *call, a *Alert) (int, error) {
	i := slices.IndexFunc(a.Notes, func(n Note) bool { return n.ID == c.Path["id"] })
	if i < 0 {
		return i, sim.Refuse(http.StatusNotFound, "Note does not exist")
	}
	return i, nil
}

func updateNote(w *world, c *call, a *Alert) (response, error) {
	i, err := findNote(c, a)
	if err != nil {
		return response{}, err
	}
	text, err := readNote(c)
	if err != nil {
		return response{}, err
	}
	a.Notes[i].Note, a.Notes[i].UpdatedAt = text, w.Now()
	return response{data: a.Notes[i]}, nil
}

func deleteNote(_ *world, c *call, a *Alert) (response, error) {
	i, err := findNote(c, a)
	if err != nil {
		return response{}, err
	}
	a.Notes = slices.Delete(a.Notes, i, i+1)
	return response{status: http.StatusNoContent}, nil
}
