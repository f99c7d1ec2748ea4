package record

import "context"

// WithSetting returns a context that sets v for the calls made with it. The key is the type
// of v, which should be declared in the package that reads it. The setting does not apply
// to new requests that a layer makes inside an attempt, unless it is set again there.
func WithSetting[T any](ctx context.Context, v T) context.Context {
	return context.WithValue(ctx, settingKey[T]{}, setting[T]{v, Boundary(ctx)})
}

// Setting returns the value of type T that was set for the call of ctx, and reports whether
// there is one.
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

// SettingAt returns the value of type T that was set for a call that begins with ctx, and
// reports whether there is one. ctx must not be the context of a round trip of the call.
func SettingAt[T any](ctx context.Context) (v T, ok bool) {
	if s, found := ctx.Value(settingKey[T]{}).(setting[T]); found && s.within == Boundary(ctx) {
		return s.value, true
	}
	return v, false
}

type settingKey[T any] struct{}

type setting[T any] struct {
	value  T
	within Node // the boundary where it was set
}

// Boundary returns the node that separates the requests of ctx's call from requests that
// are made inside attempts of another call, or nil if there is none.
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

// WithoutSettings returns [Detach] of ctx, but always without the settings of the call (see
// [WithSetting]), also if no attempt is running. Use it for requests that serve several
// calls, such as fetching a token. It keeps the transaction id.
func WithoutSettings(ctx context.Context) context.Context {
	ctx = Detach(ctx)
	if _, ok := ctx.(Node); ok { // the node already removes the settings
		return ctx
	}
	return &errand{ctx}
}

// An errand is a context without the settings of the call that it was made from.
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
