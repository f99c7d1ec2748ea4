// Package record is how the layers of this module write to the record of a call
// (transport.Call), which those who read it cannot. The record itself, and all that
// implements the interfaces here, is in package transport.
package record

import (
	"context"
	"time"
)

// Key asks a context for the nearest [Node].
type Key struct{}

// A Node is a context that says to which call the contexts made from it belong.
type Node interface {
	// Writer returns the record of the call, or nil where there is none.
	Writer() Writer
	// Detach returns ctx, which was made from the node, without its call.
	Detach(ctx context.Context) context.Context
	// Outer returns the context that the node was made from. Parts reports
	// whether the node parts the requests of one call from those of another.
	Outer() (ctx context.Context, parts bool)
}

// NodeOf returns the nearest node of ctx, or nil.
func NodeOf(ctx context.Context) Node {
	if node, ok := ctx.(Node); ok { // as it mostly is: nothing to search
		return node
	}
	node, _ := ctx.Value(Key{}).(Node)
	return node
}

// A Writer is a record as layers write to it. Once the record is sealed its
// methods do nothing. They are safe for concurrent use.
type Writer interface {
	// SetReason notes why retries ended.
	SetReason(reason string)
	// SetRateLimit records what the last response said of rate limits.
	SetRateLimit(r RateLimit)
	// SetLimitReader records by which reader the responses of the call are read.
	SetLimitReader(read LimitReader)
	// LimitReader returns that reader, or nil if there is none.
	LimitReader() LimitReader
	// AddWait adds a wait that begins. It returns its place among the waits, counted
	// from 1, and the attempt that it comes before; zeros if the record is sealed.
	AddWait(w Wait) (n, before int)
	// EndWait replaces how long the wait at a place is by how long it was.
	EndWait(n int, lasted time.Duration)
	// Put stores a [Fact], and reports whether the record took it.
	Put(fact any) bool
}

// WriterOf returns the record that ctx carries, or nil.
func WriterOf(ctx context.Context) Writer {
	if node := NodeOf(ctx); node != nil {
		return node.Writer()
	}
	return nil
}

// A Fact is what layer.Put stores and transport.Fact finds, under its static type,
// which may be an interface.
type Fact[T any] struct{ Value T }

// A Wait is a transport.Wait, which this package cannot name: Go converts one into
// the other, and does not compile if they differ.
type Wait struct {
	For    time.Duration
	Before int
	Cause  string
	Reason string
}

// WatchKey asks a context for the [Watcher] of its call's waits.
type WatchKey struct{}

// A Watcher is told of each wait as it begins.
type Watcher interface {
	Tell(ctx context.Context, w Wait)
}

// Watched tells those that watch the waits of ctx's call of one that begins.
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
