package transport

import "context"

// An errand is a context without the settings of the call that it comes from.
type errand struct{ context.Context }

func (e *errand) Value(key any) any {
	if key == (nodeKey{}) {
		return e
	}
	return e.Context.Value(key)
}

// WithoutSettings returns [Detach] of ctx, also without what was set for the call
// by [WithSetting] where no attempt is running: for requests that serve several
// calls, such as the fetch of a token. The transaction id goes on.
func WithoutSettings(ctx context.Context) context.Context {
	ctx = Detach(ctx)
	switch ctx.(type) {
	case *outside, *detached: // they leave the settings behind themselves
		return ctx
	}
	return &errand{ctx}
}
