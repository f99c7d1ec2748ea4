package fromopsgenie

import (
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/heartbeat"
	"github.com/tripware/tripware/services/jsm/shape"
	opsgenieheartbeat "github.com/tripware/tripware/services/opsgenie/heartbeat"
)

// Heartbeat converts a heartbeat to the request that creates it, below the team that owns it;
// without one, TeamID is empty, and the request is refused.
func Heartbeat(in opsgenieheartbeat.Heartbeat, lookup Lookup) (heartbeat.CreateRequest, []Loss) {
	var lost losses
	out := heartbeat.CreateRequest{
		TeamID: lost.teamOf("a heartbeat", in.OwnerTeam, lookup), Name: in.Name, Description: in.Description, Interval: in.Interval,
		IntervalUnit: heartbeat.Unit(in.IntervalUnit), Enabled: services.Set(in.Enabled), AlertMessage: in.AlertMessage,
		AlertTags: in.AlertTags, AlertPriority: shape.Priority(in.AlertPriority),
	}
	lost.other("", in.Other, "lastPingTime")
	return out, lost
}
