package opsgenietest

import "time"

// A queue holds the pending asynchronous writes and the outcome of the processed ones.
// Writes take effect in the order in which they arrived: each after a number of further
// accepted requests, or when a time has passed.
type queue struct {
	now     func() Time
	clock   func() time.Time
	polls   int // -1 if writes wait for the clock
	delay   time.Duration
	tickets int // requests accepted so far
	waiting []*job
	byID    map[string]*job
}

// A job is one asynchronous write.
type job struct {
	family  string // whose request it is, such as alert
	action  string
	run     func() (subject, error)
	ticket  int  // it takes effect after this number of accepted requests,
	due     Time // or at this time
	asked   int  // the number of requests for its status
	applied bool
	at      Time
	subject subject
	failure error
}

// A subject is what a job changed.
type subject struct {
	status    string // what was done
	id, alias string
}

// add queues the write that a request with an id asks for.
func (q *queue) add(id, family, action string, run func() (subject, error)) {
	j := &job{family: family, action: action, run: run, ticket: q.tickets + q.polls}
	if q.delay > 0 {
		j.due = Time{q.clock().Add(q.delay)}
	}
	q.byID[id] = j
	q.waiting = append(q.waiting, j)
	if q.polls == 0 {
		q.apply() // no other job is pending
	}
}

// ask returns a write by the id of its request, or nil if there is none, and reports
// whether its outcome can be told.
func (q *queue) ask(id, family string) (j *job, told bool) {
	j = q.byID[id]
	if j == nil || j.family != family {
		return nil, false
	}
	early := j.asked < q.polls
	j.asked++
	return j, !early && j.applied
}

// tick counts an accepted request and applies the writes that are due.
func (q *queue) tick() {
	q.tickets++
	now := q.clock()
	for len(q.waiting) > 0 {
		j := q.waiting[0]
		if q.polls >= 0 && j.ticket >= q.tickets || q.polls < 0 && now.Before(j.due.Time) {
			return
		}
		q.apply()
	}
}

// apply applies the oldest pending write.
func (q *queue) apply() {
	j := q.waiting[0]
	q.waiting[0] = nil
	q.waiting = q.waiting[1:]
	j.at = q.now()
	j.subject, j.failure = j.run()
	j.run = nil
	j.applied = true
}

// settle applies all pending writes and makes every status available.
func (q *queue) settle() {
	for _, j := range q.byID {
		j.asked = max(j.asked, q.polls)
	}
	for len(q.waiting) > 0 {
		q.apply()
	}
}
