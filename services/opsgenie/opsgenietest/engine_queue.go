package opsgenietest

import (
	"net/http"
	"time"
)

// A queue holds the pending asynchronous writes and the outcome of the processed ones.
// The package comment describes when they are processed.
type queue struct {
	world   *world
	polls   int // -1 if writes wait for the clock
	delay   time.Duration
	tickets int // requests accepted so far
	waiting []*job
	byID    map[string]*job
}

// A job is one asynchronous write.
type job struct {
	family  string // whose request it is: alert, incident or deployment
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

// A subject is the alert, incident or deployment that a job changed.
type subject struct {
	status    string // what was done
	id, alias string
}

// accept queues a write and returns a 202 response.
func (q *queue) accept(c *call, family, action string, run func() (subject, error)) (response, error) {
	j := &job{family: family, action: action, run: run, ticket: q.tickets + q.polls}
	if q.delay > 0 {
		j.due = Time{q.world.clock().Add(q.delay)}
	}
	q.byID[c.id] = j
	q.waiting = append(q.waiting, j)
	if q.polls == 0 {
		q.apply() // no other job is pending
	}
	return response{status: http.StatusAccepted, result: "Request will be processed"}, nil
}

// tick counts an accepted request and applies the writes that are due.
func (q *queue) tick() {
	q.tickets++
	now := q.world.clock()
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
	j.at = q.world.now()
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

// requestStatus is the outcome of an asynchronous request.
// See https://docs.opsgenie.com/docs/alert-api#get-request-status.
type requestStatus struct {
	Success       bool    `json:"success"`
	Action        string  `json:"action"`
	ProcessedAt   Time    `json:"processedAt"`
	IntegrationID string  `json:"integrationId"`
	IsSuccess     bool    `json:"isSuccess"`
	Status        string  `json:"status"`
	AlertID       *string `json:"alertId,omitzero"`
	Alias         *string `json:"alias,omitzero"`
	IncidentID    *string `json:"incidentId,omitzero"`
	DeploymentID  *string `json:"deploymentId,omitzero"`
}

// statusOf returns the handler for the status of requests of one family.
func statusOf(family string) handler {
	return func(w *world, c *call) (response, error) {
		j := w.queue.byID[c.path["requestId"]]
		if j == nil || j.family != family {
			return response{}, refuse(http.StatusNotFound, "No request exists with id ["+c.path["requestId"]+"]")
		}
		early := j.asked < w.queue.polls
		j.asked++
		if early || !j.applied {
			return response{}, &refusal{
				status:  http.StatusNotFound,
				message: "Request not found. It might not be processed, yet.",
				header:  http.Header{"X-Opsgenie-Errortype": {"RequestNotProcessed"}},
			}
		}
		return response{data: j.status(w)}, nil
	}
}

func (j *job) status(w *world) requestStatus {
	out := requestStatus{
		Success: j.failure == nil, IsSuccess: j.failure == nil,
		Action: j.action, ProcessedAt: j.at, IntegrationID: w.integration.ID, Status: j.subject.status,
	}
	if j.failure != nil {
		out.Status, j.subject = j.failure.Error(), subject{}
	}
	switch j.family {
	case incidentFamily:
		out.IncidentID = &j.subject.id
	case deploymentFamily:
		out.DeploymentID = &j.subject.id
	default:
		out.AlertID, out.Alias = &j.subject.id, &j.subject.alias
	}
	return out
}
