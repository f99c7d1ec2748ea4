package services_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/services"
)

type final struct{ retryable bool }

func (final) Error() string     { return "final" }
func (f final) Retryable() bool { return f.retryable }

// R4: the error of a call that was made for another one says whether to make it again.
func TestAnErrorSaysWhetherAnotherCallMaySucceed(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		err  services.Error
		want bool
	}{
		{services.Error{}, true},
		{services.Error{Err: errors.New("connection reset")}, true},
		{services.Error{Err: fmt.Errorf("refused: %w", final{})}, false},
		{services.Error{Err: final{retryable: true}}, true},
		{services.Error{Kind: services.ErrArgument}, false},
		{services.Error{Err: &services.ArgumentError{Field: "a"}}, false},
		{services.Error{Status: 200, Kind: services.ErrResponse}, true},
		{services.Error{Status: 200, Kind: services.ErrTooLarge}, false},
		{services.Error{Status: 200, Kind: services.ErrFailed}, false},
		{services.Error{Status: 302, Kind: services.ErrRedirect}, false},
		{services.Error{Status: 400, Kind: services.ErrInvalid}, false},
		{services.Error{Status: 403, Kind: services.ErrForbidden}, false},
		{services.Error{Status: 403, Kind: services.ErrThrottled}, true},
		{services.Error{Status: 404, Kind: services.ErrNotProcessed}, true},
		{services.Error{Status: 408}, true},
		{services.Error{Status: 418}, false},
		{services.Error{Status: 425}, true},
		{services.Error{Status: 429, Kind: services.ErrThrottled}, true},
		{services.Error{Status: 501, Kind: services.ErrServer}, true},
	} {
		assert.Equal(t, row.want, row.err.Retryable(), "%d %v %v", row.err.Status, row.err.Kind, row.err.Err)
	}
}
