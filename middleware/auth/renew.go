package auth

import (
	"context"
	"fmt"
	"net/http"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport/layer"
)

// replayBytes is how much of a body without GetBody or Seek is stored to send it again.
const replayBytes = 1 << 20

// sendInLoop sends req. If the response is 401 and the source has another value, it asks
// the retry loop for one extra attempt.
func (s *signer) sendInLoop(req *http.Request, source Renewer, c credential) (*http.Response, error) {
	resp, err := s.send(req, c)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	source.Renew(c.value())
	if ctx := req.Context(); record.MayAgain(ctx) && ctx.Err() == nil {
		fresh, err := another(ctx, source, c)
		if err != nil {
			drop(resp, req.Body != nil)
			return nil, &SignError{err}
		}
		if fresh != nil && ctx.Err() == nil {
			record.Again(ctx)
		}
	}
	return resp, nil
}

// sendTwice sends req, and once more if the response is 401 and the source has another
// value. It is used if there is no retry loop.
func (s *signer) sendTwice(req *http.Request, source Renewer, c credential) (*http.Response, error) {
	replay, err := layer.NewReplay(req, replayBytes)
	if err != nil {
		return nil, layer.Refuse(req, fmt.Errorf("auth: %w", err))
	}
	defer replay.Finish()
	resp, err := s.attempt(req, &replay, c)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	source.Renew(c.value())
	if _, first := record.Again(req.Context()); !first || req.Context().Err() != nil || !replay.Replayable() {
		return resp, nil
	}
	fresh, err := another(req.Context(), source, c)
	if err == nil && fresh == nil {
		return resp, nil
	}
	if err == nil && replay.Prepare(req.Context()) != nil {
		return resp, nil
	}
	drop(resp, replay.Held(resp))
	if err != nil {
		return nil, &SignError{err}
	}
	s.budget.Draw()
	return s.attempt(req, &replay, fresh)
}

// another returns the source's credential after the server refused c, or nil if it is
// still the same. It holds the clock of the attempt, which is over.
func another(ctx context.Context, source Renewer, c credential) (credential, error) {
	if clock := layer.ClockFrom(ctx); clock != nil {
		clock.Hold()
		defer clock.Restart()
	}
	fresh, err := credentialOf(ctx, source)
	if err != nil || fresh.value() == c.value() { // it would be refused again
		return nil, err
	}
	return fresh, nil
}

func (s *signer) attempt(req *http.Request, replay *layer.Replay, c credential) (*http.Response, error) {
	attempt, err := replay.Attempt(req.Context(), req, true)
	if err != nil {
		return nil, fmt.Errorf("auth: open the request body: %w", err)
	}
	resp, err := s.send(attempt, c)
	return layer.Restore(resp, req), err
}

func drop(resp *http.Response, held bool) {
	drain := layer.Drain
	if held {
		drain = layer.DrainAside
	}
	drain(resp.Body, layer.DrainBytes, layer.DrainTime)
}
