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

// A Net searches everything that is passed to it for secrets. The zero value is ready
// to use. A Net is safe for concurrent use.
type Net struct {
	once  sync.Once
	forms []form

	mu     sync.Mutex
	leaks  []string
	counts map[string]int
}

// Leaks returns a line for each text that contained a secret.
func (n *Net) Leaks() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]string(nil), n.leaks...)
}

// Counts returns the number of texts searched, by sink.
func (n *Net) Counts() map[string]int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.counts)
}

// Text searches a text. sink says where it came from.
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

// Value searches v in every way that a program may print it.
func (n *Net) Value(sink string, v any) {
	for how, text := range shown(v) {
		n.Text(sink, how+" "+text)
	}
}

// Error searches err and every error that it wraps, as [Net.Value] does. It stops at an
// error for which foreign returns true: this module did not make it. foreign may be nil,
// and so may err.
func (n *Net) Error(sink string, err error, foreign func(error) bool) {
	for wrapped := range tree(err) {
		if foreign != nil && foreign(wrapped) {
			return
		}
		n.Value(sink, wrapped)
	}
}

// Logger returns a logger for records at level and above that searches them as JSON and
// as text. The name of the sink is extended by the level and the format.
func (n *Net) Logger(sink string, level slog.Level) *slog.Logger {
	opts := &slog.HandlerOptions{Level: level, AddSource: true}
	sink += " " + level.String()
	return slog.New(slog.NewMultiHandler(
		slog.NewJSONHandler(writer(func(p []byte) { n.Text(sink+" JSON", string(p)) }), opts),
		slog.NewTextHandler(writer(func(p []byte) { n.Text(sink+" text", string(p)) }), opts),
	))
}

// A writer is called with what a slog handler writes, one record at a time.
type writer func([]byte)

func (w writer) Write(p []byte) (int, error) {
	w(p)
	return len(p), nil
}

var _ io.Writer = writer(nil)

// shown yields each way of printing a value, and the text it gives.
func shown(v any) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			if !yield(verb, fmt.Sprintf(verb, v)) {
				return
			}
		}
		encoded, err := json.Marshal(v)
		if err != nil { // the error may quote the value
			encoded = []byte(err.Error())
		}
		var object, line bytes.Buffer
		slog.New(slog.NewJSONHandler(&object, nil)).Info("", slog.Any("value", v))
		slog.New(slog.NewTextHandler(&line, nil)).Info("", slog.Any("value", v))
		_ = yield("json", string(encoded)) && yield("slog JSON", object.String()) && yield("slog text", line.String())
	}
}

// tree yields err and the errors that it wraps, in pre-order.
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
