package transport

import "slices"

// maxHops is how many earlier hops of a redirected call are kept.
const maxHops = 10

// Previous returns the record of the hop before, if c is that of a redirect: a
// request that http.Client, or whoever sets Request.Response, made to follow a
// response with a record. It is nil for the first hop, for a call that [Begin]
// opened, whose hops share its record, and for a nil Call. Of a client that
// redirects without end the last ten hops before c are kept.
func (c *Call) Previous() *Call {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rest == nil {
		return nil
	}
	return c.rest.previous
}

// follow makes c, which nobody else has yet, the hop after previous, under the
// same transaction id.
func (c *Call) follow(previous *Call) {
	if previous == nil {
		return
	}
	c.id[0] = previous.TransactionID()
	c.others().previous = previous
	oldest := previous
	for range maxHops - 1 {
		if oldest = oldest.Previous(); oldest == nil {
			return
		}
	}
	oldest.mu.Lock()
	defer oldest.mu.Unlock()
	if oldest.rest != nil {
		oldest.rest.previous = nil
	}
}

// hops returns the records of the hops before c, the first hop first.
func (c *Call) hops() (list []*Call) {
	for hop := c.Previous(); hop != nil && len(list) < maxHops; hop = hop.Previous() {
		list = append(list, hop)
	}
	slices.Reverse(list)
	return list
}
