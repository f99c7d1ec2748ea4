package record

import "context"

// WithSetting returns a context that carries v under its type, which should
// belong to the package that reads it, for the calls that are made with it. It
// does not hold for requests that a layer makes anew inside an attempt of such a
// call, unless it is set again there.
func WithSetting[T any](ctx context.Context, v T) context.Context {
	return context.WithValue(ctx, settingKey[T]{}, setting[T]{v, Boundary(ctx)})
}

// Setting returns the value of type T that was set for the call of ctx.
func Setting[T any](ctx context.Context) (v T, ok bool) {
	s, ok := ctx.Value(settingKey[T]{}).(setting[T])
	if !ok {
		return v, false
	}
	here := Boundary(ctx)
	if _, inside := here.(Trip); inside && s.within != here {
		around, _ := here.Outer()
		here = Boundary(around)
	}
	if s.within != here {
		return v, false
	}
	return s.value, true
}

// SettingAt returns the value of type T that was set for a call that begins with
// ctx, which is not that of one of its own round trips.
func SettingAt[T any](ctx context.Context) (v T, ok bool) {
	if s, found := ctx.Value(settingKey[T]{}).(setting[T]); found && s.within == Boundary(ctx) {
		return s.value, true
	}
	return v, false
}

type settingKey[T any] struct{}

type setting[T any] struct {
	value  T
	within Node // the boundary inside which it was set
}

// Boundary returns the node that parts the requests of ctx's call from those made
// inside the attempts of another, or nil.
func Boundary(ctx context.Context) Node {
	node := NodeOf(ctx)
	for node != nil {
		around, parts := node.Outer()
		if parts {
			return node
		}
		node = NodeOf(around)
	}
	return nil
}

// WithoutSettings returns [Detach] of ctx, also without what was set for the call
// by [WithSetting] where no attempt is running: for requests that serve several
// calls, such as the fetch of a token. The transaction id goes on.
func WithoutSettings(ctx context.Context) context.Context {
	ctx = Detach(ctx)
	if _, ok := ctx.(Node); ok { // it leaves the settings behind itself
		return ctx
	}
	return &errand{ctx}
}

// An errand is a context without the settings of the call that it comes from.
type errand struct{ context.Context }

func (e *errand) Value(key any) any {
	if key == (Key{}) {
		return e
	}
	return e.Context.Value(key)
}

func (e *errand) Writer() Writer                             { return nil }
func (e *errand) Detach(ctx context.Context) context.Context { return ctx }
func (e *errand) Outer() (context.Context, bool)             { return e.Context, true }
