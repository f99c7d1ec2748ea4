package transport

import "slices"

// maxHops is the number of earlier hops that a redirected call keeps.
const maxHops = 10

// Previous returns the record of the hop before c, if c is the record of a redirect. A
// request belongs to a redirect if http.Client, or another client, has set its Response
// field to a response with a record. Previous returns nil for the first hop, for a record
// from [Begin], which all hops share, and for a nil Call. At most ten earlier hops are
// kept.
func (c *Call) Previous() *Call {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.rarities(); r != nil {
		return r.previous
	}
	return nil
}

// follow makes c the hop after previous, with the same transaction id. No other goroutine
// has c yet.
func (c *Call) follow(previous *Call) {
	if previous == nil {
		return
	}
	c.id[0] = previous.TransactionID()
	c.rarely().previous = previous
	oldest := previous
	for range maxHops - 1 {
		if oldest = oldest.Previous(); oldest == nil {
			return
		}
	}
	oldest.mu.Lock()
	defer oldest.mu.Unlock()
	if r := oldest.rarities(); r != nil {
		r.previous = nil
	}
}

// hops returns the records of the hops before c, oldest first.
func (c *Call) hops() (list []*Call) {
	for hop := c.Previous(); hop != nil && len(list) < maxHops; hop = hop.Previous() {
		list = append(list, hop)
	}
	slices.Reverse(list)
	return list
}
