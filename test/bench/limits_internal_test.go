package bench

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A reason whose limit has another name is read by nobody.
func TestEachReasonBelongsToALimit(t *testing.T) {
	t.Parallel()
	figure := &Figure{Ratio: Ratio{1, 1, 1}}
	results := Results{Success: Success{Rows: []SuccessRow{
		{Name: nameByHand, Full: figure}, {Name: nameChain, Retry: figure, Full: figure},
		{Name: nameLone, Retry: figure}, {Name: nameLogged, Full: figure}, {Name: nameObserved, Full: figure},
	}}}
	limits := map[string]bool{}
	for _, v := range results.Verdicts() {
		limits[v.Subject+": "+v.What] = true
	}
	for name, reason := range reasons() {
		assert.True(t, limits[name], name)
		assert.NotEmpty(t, reason, name)
	}
}

func TestNumbersReadWell(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"1,234,567": whole(1_234_567), "-1,000": whole(-1000), "0": whole(-0.2), "2.5": plain(2.5), "123": plain(123.4),
		"+8": signed(8), "-1.5": signed(-1.5), "+0": signed(0), "12 KiB": memory(12_000), "64 MiB": memory(64 << 20),
		"1.00 (0.90-1.10)": Ratio{0.9, 1, 1.1}.String(), "2.00": Ratio{2, 2, 2}.String(), none: Ratio{}.String(),
		`a\|b c`: cell("a|b\nc"), "10k": brief(10_000), "1024": brief(1024),
	} {
		assert.Equal(t, want, got)
	}
	assert.InDelta(t, 2.5, quantile([]float64{4, 1, 3, 2}, 0.5), 1e-9)
	assert.Zero(t, quantile(nil, 0.5))
	assert.InDelta(t, 40, ceiling(23), 1e-9)
	var least, most champion
	for name, value := range map[string]float64{"a": 2, "b": 1, "c": 3} {
		least.lower(name, value, whole(value))
		most.higher(name, value, whole(value))
	}
	assert.Equal(t, []string{"b 1", "c 3", none}, []string{least.String(), most.String(), new(champion).String()})
}
