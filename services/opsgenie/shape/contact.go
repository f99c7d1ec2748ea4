package shape

// A ContactMethod is a way to reach a user. Requests take only those listed here.
type ContactMethod string

// The contact methods.
const (
	Email  ContactMethod = "email"
	SMS    ContactMethod = "sms"
	Voice  ContactMethod = "voice"
	Mobile ContactMethod = "mobile" // the vendor's app
)
