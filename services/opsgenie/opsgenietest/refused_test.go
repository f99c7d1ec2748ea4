package opsgenietest_test

import "github.com/stretchr/testify/assert"

// A refusedRequest is one that must not go well.
type refusedRequest struct {
	method, path, body string
	status             int
	field              string // that a fault is named of, of a 422
}

// refuses asserts that requests are refused, each with its status and fault.
func (c *client) refuses(all ...refusedRequest) {
	c.t.Helper()
	for _, each := range all {
		r := c.do(each.method, each.path, each.body)
		assert.Equal(c.t, each.status, r.status, "%s %s %s: %s", each.method, each.path, each.body, r.raw)
		assert.NotEmpty(c.t, r.body.Message)
		if each.field != "" {
			assert.Contains(c.t, r.body.Errors, each.field, "%s %s %s", each.method, each.path, each.body)
		}
	}
}
