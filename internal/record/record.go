// Package record lets the layers of this module write to the record of a call
// (transport.Call), which is read-only for users. Package transport has the record itself,
// and implements the interfaces of this package.
package record

import (
	"context"
	"time"
)

// Key is the context key of the nearest [Node].
type Key struct{}

// A Node is a context that determines the call to which contexts made from it belong.
type Node interface {
	// Writer returns the record of the call, or nil if there is none.
	Writer() Writer
	// Detach returns ctx, which was made from the node, without its call.
	Detach(ctx context.Context) context.Context
	// Outer returns the context that the node was made from. parts reports whether the
	// node separates the requests of one call from those of another.
	Outer() (ctx context.Context, parts bool)
}

// NodeOf returns the nearest node of ctx, or nil.
func NodeOf(ctx context.Context) Node {
	if node, ok := ctx.(Node); ok { // usually ctx is the node itself
		return node
	}
	node, _ := ctx.Value(Key{}).(Node)
	return node
}

// A Writer writes to a record. After the record is sealed, its methods do nothing. They are
// safe for concurrent use.
type Writer interface {
	// SetReason stores why retries ended.
	SetReason(reason string)
	// SetRateLimit stores the rate limit of the last response.
	SetRateLimit(r RateLimit)
	// SetLimitReader stores the reader for the responses of the call.
	SetLimitReader(read LimitReader)
	// LimitReader returns that reader, or nil if there is none.
	LimitReader() LimitReader
	// AddWait adds a wait that begins. It returns the number of the wait, counted from 1,
	// and of the attempt that follows; both are 0 if the record is sealed.
	AddWait(w Wait) (n, before int)
	// EndWait sets the actual duration of wait n.
	EndWait(n int, lasted time.Duration)
	// Put stores a [Fact], and reports whether the record was open.
	Put(fact any) bool
	// PutFirst stores a [Fact] unless the record has one of its type, which it returns.
	PutFirst(fact any) (known any)
}

// WriterOf returns the record of ctx, or nil if there is none.
func WriterOf(ctx context.Context) Writer {
	if node := NodeOf(ctx); node != nil {
		return node.Writer()
	}
	return nil
}

// A Fact is a value that layer.Put stores and transport.Fact returns. Its key is its static
// type, which may be an interface.
type Fact[T any] struct{ Value T }

// A Wait has the fields of a transport.Wait, which this package cannot import. One is
// converted to the other, which does not compile if the fields differ.
type Wait struct {
	For    time.Duration
	Before int
	Cause  string
	Reason string
}

// WatchKey is the context key of the [Watcher] of its call's waits.
type WatchKey struct{}

// A Watcher is called when a wait begins.
type Watcher interface {
	Tell(ctx context.Context, w Wait)
}

// Watched calls the watchers of the waits of ctx's call for a wait that begins.
func Watched(ctx context.Context, w Wait) {
	if watcher, ok := ctx.Value(WatchKey{}).(Watcher); ok {
		watcher.Tell(ctx, w)
	}
}

// Detach returns ctx without the record of its call: see layer.Detach.
func Detach(ctx context.Context) context.Context {
	if node := NodeOf(ctx); node != nil {
		return node.Detach(ctx)
	}
	return ctx
}
