package archive

import (
	"encoding/json"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func opened(t *testing.T, dir string) *Archive {
	t.Helper()
	a, err := Open(dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, a.Close()) })
	return a
}

func exported(t *testing.T, a *account, name string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	o := a.everything()
	o.Selected = Selected{}
	_, err := Export(t.Context(), a.client(), dir, o)
	require.NoError(t, err)
	return dir
}

func TestAnExportHoldsWhatTheServerHoldsByteForByte(t *testing.T) {
	t.Parallel()
	account := newAccount(t)
	account.fill()
	dir := filepath.Join(t.TempDir(), "export")
	m, err := Export(t.Context(), account.client(), dir, account.everything())
	require.NoError(t, err)
	assert.Empty(t, m.Missing)
	account.compare(opened(t, dir))
	assert.Equal(t, alertsMade+1, rowsOf(m, "alerts"), "one is that of the incident's responder")

	require.NoError(t, filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := d.Info()
		require.NoError(t, err)
		assert.Zero(t, info.Mode().Perm()&0o077, "only the owner may read %s", d.Name())
		return nil
	}))
	_, err = os.Stat(filepath.Join(dir, journalFile))
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func rowsOf(m *Manifest, kind string) int {
	for _, k := range m.Kinds {
		if k.Kind == kind {
			return k.Rows
		}
	}
	return -1
}

// compare compares all that an archive holds to what the server returns, byte for byte, by the
// table.
func (a *account) compare(got *Archive) {
	a.t.Helper()
	compared := map[string]int{}
	for _, res := range table() {
		rows := map[string]string{}
		for row, err := range got.Rows(res.name) {
			require.NoError(a.t, err)
			rows[row.ID] = string(row.Listed)
			a.compareNode(res, []string{row.ID}, teamOf(row), row.Node, compared)
		}
		if res.list == "" || res.pages == byMarker {
			continue
		}
		same(a.t, a.listOf(res, nil), rows, res.list)
	}
	for _, res := range table() {
		for each := range res.all() {
			if each.get != "" {
				assert.Positive(a.t, compared[each.get], "nothing of %s was compared", each.get)
			}
		}
	}
}

// teamOf returns the query that a policy of a team needs.
func teamOf(row Row) string {
	if id := textOf(member(row.Data, "teamId")); id != "" && strings.HasSuffix(row.Kind, "-policies") {
		return "teamId=" + id
	}
	return ""
}

func (a *account) compareNode(res resource, ids []string, query string, n Node, compared map[string]int) {
	if res.get != "" {
		want, err := a.Peek(fill(res.get, ids) + "?" + joined(res.getQuery, "&", query))
		require.NoError(a.t, err)
		assert.Equal(a.t, string(want), string(n.Data), "%s of %v", res.get, ids)
		compared[res.get]++
	}
	for _, p := range res.parts {
		switch {
		case p.file == calendar:
		case p.single:
			want, err := a.Peek(fill(p.list, ids) + "?" + p.query)
			require.NoError(a.t, err)
			assert.Equal(a.t, string(want), string(n.Parts[p.name][0].Data))
		default:
			rows := map[string]string{}
			for _, each := range n.Parts[p.name] {
				rows[keyOf(p, each.Listed)] = string(each.Listed)
				a.compareNode(p, append(slices.Clip(ids), p.idOf(each.Listed)), "", each, compared)
			}
			same(a.t, a.listOf(p, ids), rows, p.list)
		}
	}
}

// same compares rows by their keys, and names those that differ.
func same(t *testing.T, want, got map[string]string, list string) {
	t.Helper()
	for key, row := range want {
		assert.Equal(t, row, got[key], "%s: %s", list, key)
	}
	assert.Len(t, got, len(want), list)
}

// listOf returns the rows of a list, by their keys.
func (a *account) listOf(res resource, ids []string) map[string]string {
	a.t.Helper()
	if res.single {
		data, err := a.Peek(fill(res.list, ids))
		require.NoError(a.t, err)
		return map[string]string{res.idOf(data): string(data)}
	}
	queries := []string{res.query}
	if res.perTeam {
		if !res.account {
			queries = nil
		}
		text, err := a.Peek("/v2/teams")
		require.NoError(a.t, err)
		var all []json.RawMessage
		require.NoError(a.t, json.Unmarshal(text, &all))
		for _, team := range all {
			queries = append(queries, "teamId="+textOf(member(team, "id")))
		}
	}
	rows := map[string]string{}
	for _, query := range queries {
		for next := "0"; next != ""; {
			next = a.pageOf(res, ids, query, next, rows)
		}
	}
	return rows
}

// pageOf adds the rows of a page, and returns the offset of the next one, or an empty text.
func (a *account) pageOf(res resource, ids []string, query, offset string, into map[string]string) (next string) {
	a.t.Helper()
	if offset == "0" && (res.pages == byLast || res.pages == byOffset || res.id == noID) {
		offset = "" // it is not a number
	}
	text, err := a.Peek(fill(res.list, ids) + "?" + query + "&offset=" + url.QueryEscape(offset))
	require.NoError(a.t, err)
	rows, err := rowsIn(res, text)
	require.NoError(a.t, err)
	for _, row := range rows {
		into[keyOf(res, row)] = string(row)
	}
	if len(rows) == 0 || !strings.Contains(query, "limit=") {
		return ""
	}
	last := rows[len(rows)-1]
	switch {
	case res.pages == byOffset:
		return textOf(member(text, "offset"))
	case res.pages == byLast:
		return res.idOf(last)
	case res.id == noID:
		return textOf(last) + textOf(member(last, "offset"))
	}
	return strconv.Itoa(len(into))
}
