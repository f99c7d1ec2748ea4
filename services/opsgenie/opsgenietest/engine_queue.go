package opsgenietest

import (
	"net/http"

	"github.com/tripware/tripware/services/internal/sim"
)

// accept queues a write and returns a 202 response.
func (w *world) accept(c *call, family, action string, run func() (sim.Subject, error)) (response, error) {
	w.Queue.Add(c.ID, family, action, run)
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
		j, told := w.Queue.Ask(c.Path["requestId"], family)
		if j == nil {
			return response{}, sim.Refuse(http.StatusNotFound, "No request exists with id ["+c.Path["requestId"]+"]")
		}
		if !told {
			return response{}, &refusal{
				Status:  http.StatusNotFound,
				Message: "Request not found. It might not be processed, yet.",
				Header:  http.Header{"X-Opsgenie-Errortype": {"RequestNotProcessed"}},
			}
		}
		return response{data: outcomeOf(w, j)}, nil
	}
}

func outcomeOf(w *world, j *sim.Job) requestStatus {
	out := requestStatus{
		Success: j.Failure == nil, IsSuccess: j.Failure == nil,
		Action: j.Action, ProcessedAt: j.At, IntegrationID: w.integration.ID, Status: j.Subject.Status,
	}
	if j.Failure != nil {
		out.Status, j.Subject = j.Failure.Error(), sim.Subject{}
	}
	switch j.Family {
	case incidentFamily:
		out.IncidentID = &j.Subject.ID
	case deploymentFamily:
		out.DeploymentID = &j.Subject.ID
	default:
		out.AlertID, out.Alias = &j.Subject.ID, &j.Subject.Alias
	}
	return out
}
