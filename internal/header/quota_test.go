package header_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/internal/header"
)

func TestCount(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		lines []string
		want  int
		ok    bool
	}{
		{nil, 0, false},
		{[]string{""}, 0, false},
		{[]string{"0"}, 0, true},
		{[]string{"76;w=21600"}, 76, true},
		{[]string{";w=21600"}, 0, false},
		{[]string{"991, 98"}, 98, true},
		{[]string{"98", "991"}, 98, true},
		{[]string{"x, 98,"}, 98, true},
		{[]string{"10, 10;w=1, 50;w=60"}, 10, true},
		{[]string{"0.0"}, 0, true},
		{[]string{"1.9"}, 1, true},
		{[]string{"-1"}, 0, true},
		{[]string{"-0.5"}, 0, true},
		{[]string{"5, -1"}, 0, true},
		{[]string{"--1"}, 0, false},
		{[]string{"-"}, 0, false},
		{[]string{"5s"}, 0, false},
		{[]string{"2147483647"}, math.MaxInt32, true},
		{[]string{"2147483648"}, math.MaxInt32, true},
		{[]string{"99999999999999999999"}, math.MaxInt32, true},
		{[]string{"99999999999999999999, 3"}, 3, true},
	} {
		got, ok := header.Count(row.lines)
		assert.Equal(t, row.want, got, "%q", row.lines)
		assert.Equal(t, row.ok, ok, "%q", row.lines)
	}
}

func TestStrictest(t *testing.T) {
	t.Parallel()
	quota := func(remaining, limit int, reset time.Duration) header.Quota {
		return header.Quota{Limit: limit, Remaining: remaining, Reset: reset, Known: true}
	}
	for _, row := range []struct{ strict, loose header.Quota }{
		{quota(9, 0, 0), header.Quota{}},
		{quota(0, 10, 1), quota(1, 10, 2)},
		{quota(0, 10, 2), quota(0, 10, 1)},
		{quota(0, 9, 1), quota(0, 10, 1)},
		{quota(0, 9, 1), quota(0, 0, 1)},
		{header.Quota{}, header.Quota{}},
	} {
		assert.Equal(t, row.strict, header.Strictest(row.strict, row.loose))
		assert.Equal(t, row.strict, header.Strictest(row.loose, row.strict))
	}
}

func TestReadField(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]header.Quota{
		``:                                   {},
		`"a"`:                                {},
		`"a";r`:                              {},
		`"a";r=x;t=1`:                        {},
		`"a";t=30`:                           {},
		`a;r=2;t=1`:                          {Remaining: 2, Reset: time.Second, Known: true},
		`"a";t=1;r=2`:                        {Remaining: 2, Reset: time.Second, Known: true},
		`"a";r=-2`:                           {Known: true},
		`"a";r=2;t=-1`:                       {Remaining: 2, Known: true},
		`"\"";r=2, "a;r=1"`:                  {Remaining: 2, Known: true},
		`"a";r=2;r=1;t=5;t=6`:                {Remaining: 1, Reset: 6 * time.Second, Known: true},
		`limit=9;w=60, remaining=5, reset=3`: {Limit: 9, Remaining: 5, Reset: 3 * time.Second, Known: true},
		`limit=9, reset=3`:                   {},
		`limit=9, remaining=5, "a";r=1;t=60`: {Remaining: 1, Reset: time.Minute, Known: true},
		`Limit=9, limit=8, Remaining=5`:      {Limit: 8, Remaining: 5, Known: true},
	} {
		assert.Equal(t, want, header.ReadField([]string{field}, header.Clock{Now: now}), field)
	}
}
