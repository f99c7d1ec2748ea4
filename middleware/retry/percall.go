package retry

import (
	"context"
	"fmt"
	"slices"

	"github.com/tripware/tripware/internal/record"
)

// WithPolicy returns a context that applies opts to calls made with it, after the options of
// the middleware and those of ctx. So a setting replaces the earlier one, which includes the
// classifier, and only hooks add up. If options are invalid, the call is refused before
// anything is sent. The options do not apply to new requests that a layer makes inside an
// attempt, such as for a token.
func WithPolicy(ctx context.Context, opts ...Option) context.Context {
	s, _ := record.Setting[record.CallSettings](ctx)
	s.Options = append(slices.Clip(optionsOf(s)), opts...)
	return record.WithSetting(ctx, s)
}

// Safe returns a context that marks calls made with it as safe to retry, whatever their
// method. The mark does not apply to new requests that a layer makes inside an attempt.
func Safe(ctx context.Context) context.Context {
	s, _ := record.Setting[record.CallSettings](ctx)
	s.Safe = true
	return record.WithSetting(ctx, s)
}

// optionsOf returns the options that [WithPolicy] has stored.
func optionsOf(s record.CallSettings) []Option {
	opts, _ := s.Options.([]Option)
	return opts
}

// policy returns the policy of a call made with ctx, and whether it is marked safe.
func (r *retrier) policy(ctx context.Context) (policy *config, safe bool, err error) {
	own, _ := record.Setting[record.CallSettings](ctx)
	opts := optionsOf(own)
	if len(opts) == 0 {
		return &r.config, own.Safe, nil
	}
	c := r.config
	for _, opt := range opts {
		if opt != nil {
			opt(&c)
		}
	}
	if err := c.check(); err != nil {
		return nil, false, fmt.Errorf("retry: policy of this call: %w", policyError{unnamed{err}})
	}
	return &c, own.Safe, nil
}
