package shape

// A ContactMethod is a way to reach a user. Methods other than those listed here are kept and
// sent as they are.
type ContactMethod string

// The contact methods.
const (
	Email  ContactMethod = "email"
	SMS    ContactMethod = "sms"
	Voice  ContactMethod = "voice"
	Mobile ContactMethod = "mobile" // the vendor's app; such a contact cannot be created by the API
)
