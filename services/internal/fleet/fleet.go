// Package fleet holds what the clients of several vendors share of a limit for a fleet.
package fleet

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/tripware/tripware/middleware/ratelimit"
)

// A Fleet holds the settings of a client. The zero value shares nothing.
type Fleet struct {
	Shared  bool // a store was given, which may be nil
	Store   ratelimit.Store
	Options []ratelimit.LimiterOption
	Account *string // nil if it was not given
}

// Limiter returns a limiter with keys of the client's own. With a store the client's key
// follows the prefix and the account, by default a hash of the credential, unless it is whole,
// which stands for the account.
func (f *Fleet) Limiter(key ratelimit.LimiterOption, whole, prefix, credential string) *ratelimit.Limiter {
	if f.Store == nil {
		return ratelimit.NewLimiter(key)
	}
	account := Hash(credential)
	if f.Account != nil {
		account = *f.Account
	}
	named := ratelimit.WithStoreKey(func(key string) string {
		if key == whole {
			return prefix + "/" + account
		}
		return prefix + "/" + account + "/" + key
	})
	return ratelimit.NewLimiter(append(append([]ratelimit.LimiterOption{}, f.Options...), key, named, ratelimit.WithStore(f.Store))...)
}

// Hash returns a name for a credential, from which it cannot be read.
func Hash(credential string) string {
	sum := sha256.Sum256([]byte(credential))
	return hex.EncodeToString(sum[:16])
}

// Fault returns what is wrong with the settings, or nil.
func (f *Fleet) Fault(credential string) error {
	var faults []error
	if f.Shared && f.Store == nil {
		faults = append(faults, errors.New("store of WithFleet is nil: leave WithFleet out to limit this client alone"))
	}
	switch {
	case f.Account == nil:
	case !f.Shared:
		faults = append(faults, errors.New("WithAccount has no effect without WithFleet: leave it out"))
	case strings.TrimSpace(*f.Account) == "":
		faults = append(faults, errors.New("account of WithAccount is empty: leave WithAccount out for a hash of the credential"))
	case credential != "" && strings.Contains(*f.Account, credential):
		faults = append(faults, errors.New("account of WithAccount contains the credential, which the store would show: use another name"))
	}
	return errors.Join(faults...)
}
