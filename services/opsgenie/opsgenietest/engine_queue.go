package opsgenietest

import "net/http"

// accept queues a write and returns a 202 response.
func (w *world) accept(c *call, family, action string, run func() (subject, error)) (response, error) {
	w.queue.add(c.id, family, action, run)
	return response{status: http.StatusAccepted, result: "Request will be processed"}, nil
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
		j, told := w.queue.ask(c.path["requestId"], family)
		if j == nil {
			return response{}, refuse(http.StatusNotFound, "No request exists with id ["+c.path["requestId"]+"]")
		}
		if !told {
			return response{}, &refusal{
				status:  http.StatusNotFound,
				message: "Request not found. It might not be processed, yet.",
				header:  http.Header{"X-Opsgenie-Errortype": {"RequestNotProcessed"}},
			}
		}
		return response{data: outcomeOf(w, j)}, nil
	}
}

func outcomeOf(w *world, j *job) requestStatus {
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
