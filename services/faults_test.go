package services_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
)

type joined struct {
	Faults []error `json:"-"`
}

func (j joined) Check() error { return errors.Join(j.Faults...) }

func TestFaultsThatACheckJoinsReadAsOneLine(t *testing.T) {
	t.Parallel()
	c := open(t, always(200, `{"data":{}}`))
	a := &services.ArgumentError{Field: "a", Problem: "is required"}
	b := &services.ArgumentError{Field: "b", Problem: "is too long"}
	own := fmt.Errorf("%w, so that %w", a, b) // a sentence that must not be taken apart
	for want, faults := range map[string][]error{
		"argument a is required":                              {a},
		"argument a is required; argument b is too long":      {a, b},
		"argument a is required; argument b is too long; eof": {errors.Join(a, errors.Join(b)), nil, errors.New("eof")},
		"services: argument a is required, so that services: argument b is too long; argument b is too long": {own, b},
	} {
		_, err := services.Do[item](t.Context(), c, "GET /v1/things", joined{faults}, services.ByMethod)
		require.ErrorIs(t, err, services.ErrArgument)
		assert.Equal(t, "services: GET /v1/things: "+want, err.Error())
		for _, fault := range faults {
			if fault != nil && fault.Error() == a.Error() {
				require.ErrorIs(t, err, a)
			}
		}
	}
}
