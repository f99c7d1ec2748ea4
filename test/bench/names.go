package bench

// The names under which the report and the limits look for contestants.
const (
	nameBare     = "bare http.Client"
	nameByHand   = "headers set by hand"
	nameChain    = "tripware"
	nameLogged   = "tripware, JSON log on"
	nameObserved = "tripware, an observer on each channel"
	nameLone     = "tripware, retry around a base"
	nameSDK      = "opsgenie-go-sdk-v2"
	nameTyped    = "tripware services/opsgenie"
	nameWritten  = "net/http and encoding/json by hand"
)
