package canary

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"maps"
	"sync"
)

// A Net searches all that falls into it. The zero value is ready; it is safe for
// concurrent use.
type Net struct {
	once  sync.Once
	forms []form

	mu     sync.Mutex
	leaks  []string
	counts map[string]int
}

// Leaks returns what was found, a line for each text that holds a secret.
func (n *Net) Leaks() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]string(nil), n.leaks...)
}

// Counts returns how many texts of each sink were searched.
func (n *Net) Counts() map[string]int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.counts)
}

// Text searches a text as it is.
func (n *Net) Text(sink, text string) {
	n.once.Do(func() { n.forms = forms() })
	found := find(n.forms, text)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.counts == nil {
		n.counts = map[string]int{}
	}
	n.counts[sink]++
	if len(found) > 0 {
		n.leaks = append(n.leaks, fmt.Sprintf("%s shows %q: %s", sink, found, text))
	}
}

// Value searches v in every way in which a program may show it.
func (n *Net) Value(sink string, v any) {
	for how, text := range shown(v) {
		n.Text(sink, how+" "+text)
	}
}

// Error searches err, and all that it wraps, as [Net.Value] does. An error that
// foreign says yes to is passed over with what it wraps: who made it answers for
// it. A nil foreign says no. No error is nothing to search.
func (n *Net) Error(sink string, err error, foreign func(error) bool) {
	for wrapped := range tree(err) {
		if foreign != nil && foreign(wrapped) {
			return
		}
		n.Value(sink, wrapped)
	}
}

// Logger returns a logger of level and above whose records are searched, as JSON
// and as text, at the sink called sink and the level.
func (n *Net) Logger(sink string, level slog.Level) *slog.Logger {
	opts := &slog.HandlerOptions{Level: level, AddSource: true}
	sink += " " + level.String()
	return slog.New(slog.NewMultiHandler(
		slog.NewJSONHandler(writer(func(p []byte) { n.Text(sink+" JSON", string(p)) }), opts),
		slog.NewTextHandler(writer(func(p []byte) { n.Text(sink+" text", string(p)) }), opts),
	))
}

// A writer gets what a handler of slog writes, a record at a time.
type writer func([]byte)

func (w writer) Write(p []byte) (int, error) {
	w(p)
	return len(p), nil
}

var _ io.Writer = writer(nil)

// shown yields how a value looks, by the way that shows it.
func shown(v any) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			if !yield(verb, fmt.Sprintf(verb, v)) {
				return
			}
		}
		encoded, err := json.Marshal(v)
		if err != nil { // it may quote what it could not marshal
			encoded = []byte(err.Error())
		}
		var object, line bytes.Buffer
		slog.New(slog.NewJSONHandler(&object, nil)).Info("", slog.Any("value", v))
		slog.New(slog.NewTextHandler(&line, nil)).Info("", slog.Any("value", v))
		_ = yield("json", string(encoded)) && yield("slog JSON", object.String()) && yield("slog text", line.String())
	}
}

// tree yields err and what it wraps, each before what it wraps itself.
func tree(err error) iter.Seq[error] {
	return func(yield func(error) bool) { walk(err, yield) }
}

func walk(err error, yield func(error) bool) bool {
	if err == nil {
		return true
	}
	if !yield(err) {
		return false
	}
	if list, ok := err.(interface{ Unwrap() []error }); ok {
		for _, each := range list.Unwrap() {
			if !walk(each, yield) {
				return false
			}
		}
		return true
	}
	return walk(errors.Unwrap(err), yield)
}
