package sim

import (
	"strings"
	"time"
	"unicode/utf8"
)

// An Event is a period in a calendar.
type Event struct {
	UID, Summary string
	Span         Span
}

// Calendar returns events as an iCalendar object. Its lines end in CRLF and are folded
// after 75 bytes: see RFC 5545, sections 3.1, 3.3.11 and 3.6.1.
func Calendar(product string, written time.Time, events []Event) []byte {
	var out strings.Builder
	line := func(name, value string) {
		rest := name + ":" + value
		for most := 75; len(rest) > most; most = 74 { // a continuation line starts with a space
			cut := most
			for !utf8.RuneStart(rest[cut]) {
				cut--
			}
			out.WriteString(rest[:cut] + "\r\n ")
			rest = rest[cut:]
		}
		out.WriteString(rest + "\r\n")
	}
	line("BEGIN", "VCALENDAR")
	line("VERSION", "2.0")
	line("PRODID", "-//tripware//"+product+"//EN")
	for _, e := range events {
		line("BEGIN", "VEVENT")
		line("UID", calendarText(e.UID))
		line("DTSTAMP", calendarTime(written))
		line("DTSTART", calendarTime(e.Span.From))
		line("DTEND", calendarTime(e.Span.To))
		line("SUMMARY", calendarText(e.Summary))
		line("END", "VEVENT")
	}
	line("END", "VCALENDAR")
	return []byte(out.String())
}

func calendarTime(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// calendarText escapes special characters and removes those that a calendar must not
// contain.
func calendarText(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "�"))
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(text)
}
