package fromopsgenie_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/services/jsm/fromopsgenie"
	opsgenieheartbeat "github.com/tripware/tripware/services/opsgenie/heartbeat"
)

func TestHeartbeatIsCarriedOver(t *testing.T) {
	t.Parallel()
	in := read[opsgenieheartbeat.Heartbeat](t, `{"name":"n","description":"d","interval":2,"intervalUnit":"hours","enabled":false,"expired":true,
		"ownerTeam":{"id":"old-storage","name":"Storage"},"alertTags":["t"],"alertPriority":"P2","alertMessage":"m","lastPingTime":"2026-11-27T08:00:00.120Z"}`)
	got, lost := fromopsgenie.Heartbeat(in, lookup)
	assert.Nil(t, lost)
	assert.Equal(t, storage, got.TeamID)
	assert.JSONEq(t, `{"TeamID":"`+storage+`","name":"n","description":"d","interval":2,"intervalUnit":"hours","enabled":false,
		"alertMessage":"m","alertTags":["t"],"alertPriority":"P2"}`, asJSON(t, got))

	got, lost = fromopsgenie.Heartbeat(read[opsgenieheartbeat.Heartbeat](t, `{"name":"n","enabled":true,"colour":"red"}`), lookup)
	assert.Equal(t, []fromopsgenie.Loss{{"ownerTeam", "a heartbeat belongs to a team"}, {"colour", "the member is not known"}}, lost)
	assert.Empty(t, got.TeamID)
}
