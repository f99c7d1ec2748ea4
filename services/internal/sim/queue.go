package sim

import "time"

// A Queue holds the pending asynchronous writes and the outcome of the processed ones.
// Writes take effect in the order in which they arrived: each after a number of further
// accepted requests, or when a time has passed.
type Queue struct {
	now     func() Time
	clock   func() time.Time
	polls   int // -1 if writes wait for the clock
	delay   time.Duration
	tickets int // requests accepted so far
	waiting []*Job
	byID    map[string]*Job
}

// A Job is one asynchronous write.
type Job struct {
	Family  string // whose request it is, such as alert
	Action  string
	run     func() (Subject, error)
	ticket  int  // it takes effect after this number of accepted requests,
	due     Time // or at this time
	asked   int  // the number of requests for its status
	applied bool
	At      Time
	Subject Subject
	Failure error
}

// A Subject is what a job changed.
type Subject struct {
	Status    string // what was done
	ID, Alias string
}

// Add queues the write that a request with an id asks for.
func (q *Queue) Add(id, family, action string, run func() (Subject, error)) {
	j := &Job{Family: family, Action: action, run: run, ticket: q.tickets + q.polls}
	if q.delay > 0 {
		j.due = Time{q.clock().Add(q.delay)}
	}
	q.byID[id] = j
	q.waiting = append(q.waiting, j)
	if q.polls == 0 {
		q.apply() // no other job is pending
	}
}

// Ask returns a write by the id of its request, or nil if there is none, and reports
// whether its outcome is known to the client.
func (q *Queue) Ask(id, family string) (j *Job, known bool) {
	j = q.byID[id]
	if j == nil || j.Family != family {
		return nil, false
	}
	early := j.asked < q.polls
	j.asked++
	return j, !early && j.applied
}

// Tick counts an accepted request and applies the writes that are due.
func (q *Queue) Tick() {
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
func (q *Queue) apply() {
	j := q.waiting[0]
	q.waiting[0] = nil
	q.waiting = q.waiting[1:]
	j.At = q.now()
	j.Subject, j.Failure = j.run()
	j.run = nil
	j.applied = true
}

// settle applies all pending writes and makes every status available.
func (q *Queue) settle() {
	for _, j := range q.byID {
		j.asked = max(j.asked, q.polls)
	}
	for len(q.waiting) > 0 {
		q.apply()
	}
}
