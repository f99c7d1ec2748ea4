package archive

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/services"
)

func TestAnErrorEndsTheExportOrConcernsOnePart(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		err    error
		goesOn bool
		reason string
	}{
		{&services.Error{Status: 402, Message: "plan"}, true, "402 Payment Required: plan"},
		{&services.Error{Status: 403, Message: "no right"}, true, "403 Forbidden: no right"},
		{&services.Error{Status: 404}, true, "404 Not Found"},
		{&services.Error{Status: 422, Message: "m", Fields: map[string]string{"b": "2", "a": "1"}}, true, "422 Unprocessable Entity: m: a: 1: b: 2"},
		{&services.Error{Status: 500, Message: "oops"}, true, "500 Internal Server Error: oops"},
		{&services.Error{Status: 200, Kind: services.ErrResponse, Err: errors.New("cut")}, true, "200 OK: cut"},
		{errTooMany, true, errTooMany.Error()},
		{&services.Error{Status: 401}, false, ""},
		{&services.Error{Status: 429}, false, ""},
		{&services.Error{Status: 503}, false, ""},
		{&services.Error{Err: syscall.ECONNREFUSED}, false, ""},
		{&services.Error{Status: 200, Err: context.Canceled}, false, ""},
		{fmt.Errorf("write: %w", syscall.ENOSPC), false, ""},
	} {
		m, goesOn := missingOf(one.err)
		assert.Equal(t, one.goesOn, goesOn, one.err)
		assert.Equal(t, one.reason, m.Reason)
	}
}
