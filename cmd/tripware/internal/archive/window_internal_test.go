package archive

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/transport"
)

var bounds = regexp.MustCompile(`createdAt >= (\d+)`)

// listing returns a client of a server that lists rows by their times of creation, in
// milliseconds and in order, but none beyond the border.
func listing(t *testing.T, times []int64, asked func(offset int)) *opsgenie.Client {
	t.Helper()
	c, err := opsgenie.New("key", opsgenie.WithBase(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		query := req.URL.Query()
		offset, _ := strconv.Atoi(query.Get("offset"))
		asked(offset)
		since := int64(0)
		if m := bounds.FindStringSubmatch(query.Get("query")); m != nil {
			since, _ = strconv.ParseInt(m[1], 10, 64)
		}
		var rows []string
		n, next := 0, ""
		for i, at := range times {
			if at < since {
				continue
			}
			if n++; n <= offset {
				continue
			}
			if len(rows) == 100 {
				next = `,"paging":{"next":"https://api.opsgenie.com/v2/alerts?offset=9"}`
				break
			}
			rows = append(rows, fmt.Sprintf(`{"id":"a%d","createdAt":%q}`, i, time.UnixMilli(at).UTC().Format(time.RFC3339Nano)))
		}
		body := `{"data":[` + strings.Join(rows, ",") + `]` + next + `}`
		return &http.Response{
			StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
			Body: io.NopCloser(strings.NewReader(body)), Request: req,
		}, nil
	})))
	require.NoError(t, err)
	return c
}

func TestAWindowIsReadBeyondTheBorder(t *testing.T) {
	t.Parallel()
	var times []int64
	for i := range 25_000 {
		times = append(times, 1_000_000+int64(i/3)) // three alerts a millisecond
	}
	for range 350 {
		times = append(times, 2_000_000)
	}
	deepestAsked, requests := 0, 0
	client := listing(t, times, func(offset int) { deepestAsked, requests = max(deepestAsked, offset), requests+1 })
	res, _ := kindNamed("alerts")
	ids := map[string]bool{}
	for page, err := range newReader(client, 1).windowed(t.Context(), res, time.Time{}, time.Time{}) {
		require.NoError(t, err)
		for _, row := range page {
			ids[res.idOf(row)] = true
		}
	}
	assert.Len(t, ids, len(times))
	assert.Equal(t, 300, deepestAsked, "only where more than a page has the same time")
	assert.Less(t, requests, 270, "hardly more than the pages that there are")
}

func TestMoreRowsOfOneTimeThanTheServerReturnsAreNamed(t *testing.T) {
	t.Parallel()
	times := make([]int64, 20_200)
	client := listing(t, times, func(offset int) { assert.Less(t, offset, deepest) })
	res, _ := kindNamed("alerts")
	ids := map[string]bool{}
	var failed error
	for page, err := range newReader(client, 1).windowed(t.Context(), res, time.Time{}, time.Time{}) {
		for _, row := range page {
			ids[res.idOf(row)] = true
		}
		failed = err
	}
	require.ErrorIs(t, failed, errTooMany)
	assert.Len(t, ids, deepest)
	m, goesOn := missingOf(failed)
	assert.True(t, goesOn)
	assert.Contains(t, m.Reason, "20,000")
}

func TestAWindowHasTheBoundsThatWereAskedFor(t *testing.T) {
	t.Parallel()
	account := newAccount(t)
	for range 9 {
		account.call("POST", "/v2/alerts", `{"message":"m"}`)
	}
	all := account.Alerts()
	since, until := all[2].CreatedAt.Time, all[6].CreatedAt.Time
	o := account.everything()
	o.Since, o.Until = since, until
	dir := t.TempDir()
	m, err := Export(t.Context(), account.client(), dir, o)
	require.NoError(t, err)
	assert.Equal(t, 4, rowsOf(m, "alerts"))
	var ids []string
	for row, err := range opened(t, dir).Rows("alerts") {
		require.NoError(t, err)
		ids = append(ids, row.ID)
	}
	assert.ElementsMatch(t, []string{all[2].ID, all[3].ID, all[4].ID, all[5].ID}, ids)
}
