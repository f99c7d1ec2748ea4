package doctor

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestTheClockIsComparedWithTheServers(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	for off, want := range map[time.Duration]string{
		0: "agrees with the server's", 2 * time.Second: "agrees with the server's", -2 * time.Second: "agrees with the server's",
		90 * time.Second: "1m30s ahead of the server's", -time.Hour: "1h0m0s behind the server's",
	} {
		header := http.Header{"Date": {now.Add(-off).Format(http.TimeFormat)}}
		assert.Equal(t, want, clock(header, now))
	}
	assert.Equal(t, "unknown, since the server sent no date", clock(http.Header{}, now))
}
