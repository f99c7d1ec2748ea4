package inspect

// A place is where an Inspector has a trip.
type place uint8

const (
	isGone place = iota // nowhere
	isRunning
	isReading
	isKept
)

// A list is a queue of trips in the order in which they were added.
type list struct {
	first, last *trip
	count       int
}

func (l *list) push(t *trip) {
	t.prev = l.last
	if l.last != nil {
		l.last.next = t
	} else {
		l.first = t
	}
	l.last = t
	l.count++
}

func (l *list) remove(t *trip) {
	if t.prev != nil {
		t.prev.next = t.next
	} else {
		l.first = t.next
	}
	if t.next != nil {
		t.next.prev = t.prev
	} else {
		l.last = t.prev
	}
	t.next, t.prev = nil, nil
	l.count--
}

// unlink removes a trip from the running ones.
func (i *Inspector) unlink(t *trip) {
	switch t.where {
	case isRunning:
		i.running.remove(t)
	case isReading:
		i.reading.remove(t)
	case isGone, isKept:
	}
	t.where = isGone
}

// A ring keeps the last trips that were pushed.
type ring struct {
	most  int
	trips []*trip // as many as most, nil until it is needed
	head  int     // index of the oldest
	count int
}

// push adds a trip, and returns the oldest if there was no room for it.
func (r *ring) push(t *trip) (oldest *trip) {
	if r.most == 0 {
		return nil
	}
	if r.count == r.most {
		oldest = r.pop()
	}
	if r.trips == nil {
		r.trips = make([]*trip, r.most)
	}
	r.trips[r.wrap(r.head+r.count)] = t
	r.count++
	t.holders++
	return oldest
}

// pop removes the oldest. The ring must not be empty.
func (r *ring) pop() *trip {
	t := r.trips[r.head]
	r.trips[r.head] = nil
	r.head = r.wrap(r.head + 1)
	r.count--
	return t
}

// all calls f for each trip, the oldest first.
func (r *ring) all(f func(*trip)) {
	for i := range r.count {
		f(r.trips[r.wrap(r.head+i)])
	}
}

// wrap returns the index of an entry that may be behind the end of the slice.
func (r *ring) wrap(i int) int {
	if i >= r.most {
		return i - r.most
	}
	return i
}
