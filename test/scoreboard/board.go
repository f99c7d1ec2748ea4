package scoreboard

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/tripware/tripware/rttest"
)

// A Board holds the results of all peers.
type Board struct {
	Date    time.Time
	Go      string // the version of Go
	Results []Result
}

// A Result holds the findings for one peer, one for each check.
type Result struct {
	Peer     Peer
	Version  string
	Released time.Time // zero if the version has no date
	Findings []Finding
}

// A Finding is the result of one check of one peer.
type Finding struct {
	Check   string
	Outcome rttest.Outcome
	Detail  string // what happened, or why the check was not run; empty if it passed
}

// count returns the number of findings with one of the outcomes.
func (r Result) count(outcomes ...rttest.Outcome) (n int) {
	for _, f := range r.Findings {
		if slices.Contains(outcomes, f.Outcome) {
			n++
		}
	}
	return n
}

// Write writes the board as Markdown. Within a kind, peers with fewer failures come first.
func (b Board) Write(w io.Writer) error {
	var text strings.Builder
	fmt.Fprintf(&text, heading, b.Date.Format(time.DateOnly), b.Go, len(rttest.Checks()))
	results := b.sorted()
	overview(&text, results)
	text.WriteString(reading)
	for _, r := range results {
		r.write(&text)
	}
	byCheck(&text, results)
	text.WriteString(adding)
	_, err := io.WriteString(w, text.String())
	return err
}

func (b Board) sorted() []Result {
	return slices.SortedStableFunc(slices.Values(b.Results), func(x, y Result) int {
		return cmp.Or(
			cmp.Compare(slices.Index(Kinds(), x.Peer.Kind), slices.Index(Kinds(), y.Peer.Kind)),
			cmp.Compare(x.count(rttest.Failed), y.count(rttest.Failed)),
			cmp.Compare(x.Peer.Name, y.Peer.Name),
		)
	})
}

const heading = `# Scoreboard

Results of [rttest](../rttest) for decorators of http.RoundTripper from released modules, and for Tripware's own.
To regenerate this file, run:

    go test -C test/scoreboard -run Scoreboard . -update

Generated on %s with %s; rttest has %d checks.

`

const reading = `
The column "n/a" counts the checks for features that a decorator does not claim: a retrier is not checked for its log.
Each decorator runs with the settings that let it pass most checks, as far as its own options and functions allow.
The settings are listed below and in [test/scoreboard](../test/scoreboard). A failed check is repeated once, alone in a new
process, and counts as failed only if it fails again. A failure means that the decorator behaves differently from
the check's sentence, not that it is unfit for its purpose: many were written for one program or one server, and
some document that they depart from the contract.
`

const adding = `
## What is not included

- Clients that are not round trippers and do not decorate one: resty, heimdall, imroc/req, sling.
- Mocks and recorders, which rarely call the round tripper below them: httpmock, gock, go-vcr.
- Decorators for one service's keys (ghinstallation), or that only forward the request unless a trace has begun (sentry-go).
- Modules that the module proxy did not serve when this page was generated: maruel/roundtrippers, acronis/go-appkit,
  improbable-eng/go-httpwares, gol4ng/httpware, bartventer/httpcache, motemen/go-loghttp, go.elastic.co/apm.

## Adding or correcting a peer

Each peer is a file in [test/scoreboard](../test/scoreboard) that says how to decorate a base, what the decorator claims,
and why these settings were chosen. If you know better settings, or if a claim or a check is wrong, please send a
pull request and run the command above.
`

func overview(w *strings.Builder, results []Result) {
	w.WriteString("| decorator | kind | version | released | passed | failed | n/a |\n|---|---|---|---|--:|--:|--:|\n")
	for _, r := range results {
		released := ""
		if !r.Released.IsZero() {
			released = r.Released.Format(time.DateOnly)
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %d | %d | %d |\n", r.Peer.Name, r.Peer.Kind, r.Version, released,
			r.count(rttest.Passed), r.count(rttest.Failed), r.count(rttest.NotClaimed, rttest.Skipped))
	}
}

func (r Result) write(w *strings.Builder) {
	fmt.Fprintf(w, "\n## %s\n\nSettings: %s\n\n", r.Peer.Name, r.Peer.Settings)
	for _, f := range r.Findings {
		if f.Outcome == rttest.Skipped {
			fmt.Fprintf(w, "- not run: `%s`: %s\n", f.Check, inline(f.Detail))
		}
	}
	for _, f := range r.Findings {
		if f.Outcome == rttest.Failed {
			fmt.Fprintf(w, "- `%s`: %s\n", f.Check, inline(f.Detail))
		}
	}
	if r.count(rttest.Failed) == 0 {
		w.WriteString("Nothing failed.\n")
	}
}

func byCheck(w *strings.Builder, results []Result) {
	w.WriteString("\n## By check\n\n| check | what is expected | passed | of |\n|---|---|--:|--:|\n")
	for _, check := range rttest.Checks() {
		passed, asked := 0, 0
		for _, r := range results {
			for _, f := range r.Findings {
				if f.Check != check.Name {
					continue
				}
				switch f.Outcome {
				case rttest.Passed:
					passed++
					asked++
				case rttest.Failed:
					asked++
				case rttest.NotClaimed, rttest.Skipped:
				}
			}
		}
		fmt.Fprintf(w, "| `%s` | %s | %d | %d |\n", check.Name, inline(check.Sentence), passed, asked)
	}
}

// inline returns the first line of a text, escaped for Markdown and without parts that
// change from run to run.
func inline(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	var words []string
	for word := range strings.FieldsSeq(line) {
		words = append(words, steady(word))
	}
	line = strings.Join(words, " ")
	const most = 220
	if runes := []rune(line); len(runes) > most {
		line = string(runes[:most]) + " …"
	}
	return strings.NewReplacer("|", `\|`, "<", `\<`, "*", `\*`, "_", `\_`, "`", "'").Replace(line)
}

// steady removes from a word what differs in each run: ports and addresses.
func steady(word string) string {
	if before, _, found := strings.Cut(word, "127.0.0.1:"); found {
		return before + "127.0.0.1"
	}
	bare := strings.TrimPrefix(strings.TrimRight(word, ".,:;"), "0x")
	const address = 11 // at least as many digits; numbers in the texts are shorter
	if len(bare) >= address && strings.Trim(bare, "0123456789abcdef") == "" {
		return "…"
	}
	return word
}
