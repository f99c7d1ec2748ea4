package auth

import (
	"context"
	"fmt"
	"net/http"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport/layer"
)

// replayBytes is how much of a body without GetBody or Seek is kept for a replay.
const replayBytes = 1 << 20

// sendInLoop sends req, and asks the retry loop for an attempt more if the
// response is 401 and the source has another value.
func (s *signer) sendInLoop(req *http.Request, source Renewer, value string) (*http.Response, error) {
	resp, err := s.send(req, value)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	source.Renew(value)
	if ctx := req.Context(); record.MayAgain(ctx) && ctx.Err() == nil {
		another, err := anotherValue(ctx, source, value)
		if err != nil {
			s.drop(resp, req.Body != nil)
			return nil, &SignError{err}
		}
		if another != "" && ctx.Err() == nil {
			record.Again(ctx)
		}
	}
	return resp, nil
}

// sendTwice sends req, and once more if the response is 401 and the source has
// another value: what a retry loop would do, where there is none.
func (s *signer) sendTwice(req *http.Request, source Renewer, value string) (*http.Response, error) {
	replay, err := layer.NewReplay(req, replayBytes)
	if err != nil {
		return nil, layer.Refuse(req, fmt.Errorf("auth: %w", err))
	}
	defer replay.Finish()
	resp, err := s.attempt(req, &replay, value)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	source.Renew(value)
	if _, first := record.Again(req.Context()); !first || req.Context().Err() != nil || !replay.Replayable() {
		return resp, nil
	}
	another, err := anotherValue(req.Context(), source, value)
	if err == nil && another == "" {
		return resp, nil
	}
	if err == nil && replay.Prepare(req.Context()) != nil {
		return resp, nil
	}
	s.drop(resp, replay.Held())
	if err != nil {
		return nil, &SignError{err}
	}
	s.budget.Draw()
	return s.attempt(req, &replay, another)
}

// anotherValue returns what the source has in place of value, which was turned
// down; empty if it has no other. What the clock of the attempt bounds is over.
func anotherValue(ctx context.Context, source Renewer, value string) (string, error) {
	if clock := layer.ClockFrom(ctx); clock != nil {
		clock.Hold()
		defer clock.Restart()
	}
	another, err := valueOf(ctx, source)
	if err != nil || another == value { // the same response would come
		return "", err
	}
	return another, nil
}

func (s *signer) attempt(req *http.Request, replay *layer.Replay, value string) (*http.Response, error) {
	attempt, err := replay.Attempt(req.Context(), req, true)
	if err != nil {
		return nil, fmt.Errorf("auth: open the request body: %w", err)
	}
	resp, err := s.send(attempt, value)
	return layer.Restore(resp, req), err
}

func (s *signer) drop(resp *http.Response, held bool) {
	var d layer.Drainer
	if held {
		d.Drop(resp.Body, layer.DrainBytes, layer.DrainTime)
	} else {
		d.Drain(resp.Body, layer.DrainBytes, layer.DrainTime)
	}
}
