package services_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
)

// A shelf is a list of items that is paged by offsets, so that it moves when items come or go.
type shelf struct {
	mu    sync.Mutex
	items []string
	most  int // the greatest offset that is answered; 0 for no bound
}

const pageSize = 10

func (s *shelf) respond(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	offset, _ := strconv.Atoi(req.URL.Query().Get("offset"))
	if s.most > 0 && offset > s.most {
		return always(422, `{"message":"offset is too large"}`).RoundTrip(req)
	}
	page := s.items[min(offset, len(s.items)):min(offset+pageSize, len(s.items))]
	next := ""
	if offset+pageSize < len(s.items) {
		next = fmt.Sprintf(`,"paging":{"next":"%s/items?offset=%d"}`, base, offset+pageSize)
	}
	ids := ""
	for i, id := range page {
		if i > 0 {
			ids += ","
		}
		ids += fmt.Sprintf(`{"id":%q}`, id)
	}
	return always(200, `{"data":[`+ids+`]`+next+`}`).RoundTrip(req)
}

func (s *shelf) remove(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items = slices.DeleteFunc(s.items, func(have string) bool { return have == id })
}

func (s *shelf) add(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items = append([]string{id}, s.items...)
}

func (s *shelf) all(t *testing.T) iter.Seq2[item, error] {
	t.Helper()
	return services.All[item](t.Context(), open(t, transport.RoundTripperFunc(s.respond)), "GET /items", nil)
}

func newShelf(n int) *shelf {
	s := &shelf{}
	for i := range n {
		s.items = append(s.items, strconv.Itoa(i))
	}
	return s
}

func idOf(i item) string { return i.ID }

var errStuck = errors.New("stuck")

// S11: each item is tried once, whatever happens to the list meanwhile.
func TestEachTriesEveryItemOnce(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		most   int
		act    func(s *shelf, tried map[string]int, id string) error
		failed []string
		want   int
	}{
		"a list that stays": {act: func(*shelf, map[string]int, string) error { return nil }, want: 60},
		"a list that shrinks": {act: func(s *shelf, _ map[string]int, id string) error {
			s.remove(id)
			return nil
		}, want: 60},
		"a list that shrinks, with an item that cannot be changed": {act: func(s *shelf, _ map[string]int, id string) error {
			if id == "7" {
				return errStuck
			}
			s.remove(id)
			return nil
		}, failed: []string{"7"}, want: 60},
		"a list that grows": {act: func(s *shelf, tried map[string]int, id string) error {
			if len(tried) <= 5 {
				s.add("new " + id)
			}
			return nil
		}, want: 65},
		"a list of which only the beginning can be read": {most: 20, act: func(s *shelf, _ map[string]int, id string) error {
			s.remove(id)
			return nil
		}, want: 60},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShelf(60)
			s.most = row.most
			tried := map[string]int{}
			acted, err := services.Each(t.Context(), s.all(t), idOf, func(_ context.Context, i item) error {
				tried[i.ID]++
				return row.act(s, tried, i.ID)
			})
			require.NoError(t, err)
			assert.Equal(t, row.want, acted.Tried)
			assert.Len(t, tried, row.want)
			assert.Equal(t, 1, slices.Max(slices.Collect(maps.Values(tried))), "twice")
			var failed []string
			for _, f := range acted.Failures {
				failed = append(failed, f.Key)
			}
			assert.Equal(t, row.failed, failed)
			if row.failed != nil {
				require.ErrorIs(t, acted.Err(), errStuck)
				assert.EqualError(t, acted.Err(), "services: act on items: 1 of 60 failed, the first: 7: stuck")
			} else {
				require.NoError(t, acted.Err())
			}
		})
	}
}

// S11: what can be read is acted on, and the error tells that there is more.
func TestEachEndsAtABorderThatItCannotPass(t *testing.T) {
	t.Parallel()
	s := newShelf(60)
	s.most = 20
	acted, err := services.Each(t.Context(), s.all(t), idOf, func(context.Context, item) error { return nil })
	require.ErrorIs(t, err, services.ErrInvalid)
	assert.Equal(t, 30, acted.Tried)
}

// S11: no more than the given number run at once, and the end of the context stops the work.
func TestEachInParallel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(35)
		began := time.Now()
		acted, err := services.Each(t.Context(), s.all(t), idOf, func(context.Context, item) error {
			time.Sleep(time.Second)
			return nil
		}, services.WithParallel(10))
		require.NoError(t, err)
		assert.Equal(t, 35, acted.Tried)
		assert.Equal(t, 4*time.Second, time.Since(began))

		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		acted, err = services.Each(ctx, s.all(t), idOf, func(context.Context, item) error {
			time.Sleep(time.Second)
			return nil
		}, services.WithParallel(10))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 30, acted.Tried)
		_, err = services.Each(ctx, s.all(t), idOf, func(context.Context, item) error { return nil }, services.WithParallel(0))
		require.ErrorIs(t, err, services.ErrArgument)
	})
}
