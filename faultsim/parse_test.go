package faultsim_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/faultsim"
)

func TestAScriptIsReadAndWritten(t *testing.T) {
	t.Parallel()
	for text, normal := range map[string]string{
		"ok":   "ok",
		"ok;":  "ok",
		" \n;": "",
		"2m ok; 5m 503 p=.8 retry-after=1s; 30s reset; ok":                         "2m ok; 5m 503 p=0.8 retry-after=1; 30s reset; ok",
		"2m ok\n5m 503 p=.8 # the database was restarted\n\n# then\n30s reset\nok": "2m ok; 5m 503 p=0.8; 30s reset; ok",
		"1h30m 500 p=.1,502 p=.2,\n\ttimeout":                                      "1h30m 500 p=0.1, 502 p=0.2, timeout",
		"90s slow=1500ms p=.05":                                                    "1m30s slow=1.5s p=0.05",
		"1h cut; 1s cut=0 p=1; dns p=1e-3, refused":                                "1h cut; 1s cut=0 p=1; dns p=0.001, refused",
		"429 X-RateLimit-Remaining=0 x-ratelimit-reset=1m30s retry-after=Fri,":     "",
		"429 X-RateLimit-Remaining=0 x-ratelimit-reset=1m30s":                      "429 x-ratelimit-remaining=0 x-ratelimit-reset=90",
		`503 p=.5 ratelimit="default";r=0`:                                         "",
		"200 p=.5 x-a=1 x-b=2, 599":                                                "200 p=0.5 x-a=1 x-b=2, 599",
	} {
		script, err := faultsim.Parse(text)
		if normal == "" {
			assert.Error(t, err, text)
			continue
		}
		require.NoError(t, err, text)
		assert.Equal(t, normal, script.String())
	}
}

func TestAScriptErrorHasThePosition(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text         string
		line, column int
		found, want  string
	}{
		{"", 1, 1, "", "a phase"},
		{"  # nothing", 1, 12, "", "a phase"},
		{"ok;;", 1, 4, ";", "a phase"},
		{"; ok", 1, 1, ";", "a phase"},
		{"1m", 1, 3, "", "a fault"},
		{"1m ; ok", 1, 4, ";", "a fault"},
		{"1m okay", 1, 4, "okay", "a fault"},
		{"1m 600", 1, 4, "600", "a status from 200 to 599"},
		{"1m 50", 1, 4, "50", "a fault"},
		{"1m 503=1", 1, 4, "503=1", "a fault"},
		{"0s ok", 1, 1, "0s", "a duration above zero"},
		{"-5m ok", 1, 1, "-5m", "a duration above zero"},
		{"5min ok", 1, 1, "5min", "a duration above zero"},
		{"25h ok", 1, 1, "25h", "up to 24h"},
		{"20h ok; 3h 503; 2h ok", 1, 17, "2h", "up to 24h"},
		{"ok; 1m 503", 1, 5, "1m", "the end of the script"},
		{"1m ok; 5m 503 p=.8 retry_after=1s", 1, 20, "retry_after=1s", "retry-after"},
		{"1m ok; 5m 503 p=.8 1m ok", 1, 20, "1m", "a semicolon and another phase"},
		{"1m ok 503", 1, 7, "503", "a comma and another fault"},
		{"1m ok\n# two\n\t5m 503 p=80%", 3, 11, "80%", "a share"},
		{"503 p=0", 1, 7, "0", "above 0"},
		{"503 p=1.01", 1, 7, "1.01", "up to 1"},
		{"503 p=NaN", 1, 7, "NaN", "a share"},
		{"503 p=", 1, 5, "p=", "a share"},
		{"503 p=.5 p=.6", 1, 10, "p=.6", "each option once"},
		{"503 p=.7, reset p=.4", 1, 19, ".4", "at most 0.3"},
		{"503, reset", 1, 6, "reset", "no further fault"},
		{"503 p=.5,", 1, 10, "", "a fault"},
		{"ok p=.5, ok p=.5, 503", 1, 19, "503", "no further fault"},
		{"slow", 1, 1, "slow", "slow=DURATION"},
		{"slow=0s", 1, 6, "0s", "above zero"},
		{"slow=48h", 1, 6, "48h", "up to 24h"},
		{"cut=-1", 1, 5, "-1", "the number of bytes"},
		{"reset=1", 1, 1, "reset=1", "without a value"},
		{"reset retry-after=1s", 1, 7, "retry-after=1s", "there is no response"},
		{"503 retry-after=500ms", 1, 17, "500ms", "whole seconds"},
		{"503 retry-after= p=.5", 1, 5, "retry-after=", "visible ASCII"},
		{"503 x-a=é", 1, 9, "é", "visible ASCII"},
		{"ünbekannt; ok", 1, 1, "ünbekannt", "a fault"},
		{"1m 503 é=1", 1, 8, "é=1", "p, or a header"},
		{"1m 503 p=.5 x-é=1; ok", 1, 13, "x-é=1", "p, or a header"},
		{strings.Repeat("x", 100), 1, 1, strings.Repeat("x", 40) + "…", "a fault"},
	} {
		_, err := faultsim.Parse(row.text)
		e, ok := errors.AsType[*faultsim.ScriptError](err)
		require.True(t, ok, "%q: %v", row.text, err)
		assert.Equal(t, []any{row.line, row.column, row.found}, []any{e.Line, e.Column, e.Found}, "%q: %v", row.text, err)
		assert.Contains(t, e.Want, row.want, row.text)
		assert.Contains(t, e.Error(), e.Want)
		if found, cut := strings.CutSuffix(e.Found, "…"); found != "" {
			assert.True(t, cut || !strings.HasPrefix(row.text[e.Offset:], found+"x"))
			assert.True(t, strings.HasPrefix(row.text[e.Offset:], found), row.text)
		} else if e.Column > 1 {
			assert.LessOrEqual(t, e.Offset, len(row.text))
		}
	}
}

// Every text is either refused with a position in it, or a script whose normal form is read as
// the same script.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"2m ok; 5m 503 p=.8 retry-after=1s; 30s reset; ok", "1m 500 p=.1, 502 p=.2, timeout\n# comment\nslow=2s", "cut=10", "429 x-a=1",
		"1m ok; 503 p=1 ratelimit=a", "dns p=.3,refused p=.3,\ncut", "1h", ";;", "503 p=1e-300", "é=µ",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		script, err := faultsim.Parse(text)
		if err != nil {
			e, ok := errors.AsType[*faultsim.ScriptError](err)
			require.True(t, ok)
			require.True(t, e.Line >= 1 && e.Column >= 1 && e.Offset >= 0 && e.Offset <= len(text) && e.Want != "", "%+v", e)
			return
		}
		again, err := faultsim.Parse(script.String())
		require.NoError(t, err, script.String())
		require.Equal(t, script, again)
	})
}
