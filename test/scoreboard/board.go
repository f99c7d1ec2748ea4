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

// A Board is what was found of all peers.
type Board struct {
	Date    time.Time
	Go      string // its version
	Results []Result
}

// A Result is what was found of one peer: a finding for each check.
type Result struct {
	Peer     Peer
	Version  string
	Released time.Time // zero if the version has no date
	Findings []Finding
}

// A Finding is how one check went with one peer.
type Finding struct {
	Check   string
	Outcome rttest.Outcome
	Detail  string // what happened, or why the check was not run
}

// count returns how many findings have one of the outcomes.
func (r Result) count(outcomes ...rttest.Outcome) (n int) {
	for _, f := range r.Findings {
		if slices.Contains(outcomes, f.Outcome) {
			n++
		}
	}
	return n
}

// Write writes the board as Markdown. Within a kind, who fails less stands first.
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

What [rttest](../rttest) finds of decorators of http.RoundTripper in released modules, and of our own.
The file is written by one command:

    go test -C test/scoreboard -run Scoreboard . -update

Written on %s with %s; the kit has %d checks.

`

const reading = `
"n/a" are checks of what a decorator does not claim to do: a retrier is not asked for its log. Each has the settings
under which it keeps the contract best, as far as its own options and functions go; they stand below, and in
[test/scoreboard](../test/scoreboard). A check that fails is run once more, alone in a process of its own, and counts as
failed if it fails there as well. A check that fails says that a decorator does something else than the check's
sentence, not that it is unfit for what it was made for: many were written for one program or one server, and
some say in their documentation that they depart from the contract.
`

const adding = `
## What is not here

- Clients that are no round trippers and cannot be put on one: resty, heimdall, imroc/req, sling.
- Mocks and recorders, which hardly ever ask what is below them: httpmock, gock, go-vcr.
- Decorators for one service's keys (ghinstallation), or that pass a request on as it is unless a trace has begun (sentry-go).
- Modules that the module proxy did not serve where this was written: maruel/roundtrippers, acronis/go-appkit,
  improbable-eng/go-httpwares, gol4ng/httpware, bartventer/httpcache, motemen/go-loghttp, go.elastic.co/apm.

## To add a peer, or correct one

A peer is a file in [test/scoreboard](../test/scoreboard): how it is put on a base, what it claims, and a comment that says
why these settings. If there are better ones for yours, or the claims are wrong, or a check is: a pull request is welcome.
Then run the command above.
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

// inline returns the first line of a text, so that it fits into Markdown and
// stays the same from run to run.
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

// steady leaves out of a word what is another in each run: ports and addresses.
func steady(word string) string {
	if before, _, found := strings.Cut(word, "127.0.0.1:"); found {
		return before + "127.0.0.1"
	}
	bare := strings.TrimPrefix(strings.TrimRight(word, ".,:;"), "0x")
	const address = 11 // digits at least: longer than any number that is meant as one
	if len(bare) >= address && strings.Trim(bare, "0123456789abcdef") == "" {
		return "…"
	}
	return word
}
