package transport

import (
	"context"
	"fmt"

	"github.com/tripware/tripware/internal/record"
)

// The nodes tell package record which call a context belongs to. A begun and a scope have a
// record to write to. An outside and a detached separate a call from other code that its
// layers call.
var (
	_ record.Node = (*begun)(nil)
	_ record.Trip = (*scope)(nil)
	_ record.Node = (*outside)(nil)
	_ record.Node = (*detached)(nil)
)

func (b *begun) Writer() record.Writer    { return (*writer)(b.call) }
func (s *scope) Writer() record.Writer    { return (*writer)(s.call) }
func (o *outside) Writer() record.Writer  { return nil }
func (d *detached) Writer() record.Writer { return nil }

func (b *begun) Outer() (ctx context.Context, parts bool)    { return b.Context, false }
func (s *scope) Outer() (ctx context.Context, parts bool)    { return s.context(), !s.over() }
func (o *outside) Outer() (ctx context.Context, parts bool)  { return o.context(), true }
func (d *detached) Outer() (ctx context.Context, parts bool) { return d.Context, true }

// The nodes print like the contexts of package context, since their fields hold requests,
// which may contain secrets.
var (
	_ fmt.Formatter = (*begun)(nil)
	_ fmt.Formatter = (*scope)(nil)
	_ fmt.Formatter = (*outside)(nil)
	_ fmt.Formatter = (*detached)(nil)
	_ fmt.Formatter = (*unbegun)(nil)
	_ fmt.Formatter = (*leg)(nil)
)

func (b *begun) Format(f fmt.State, _ rune)    { _, _ = fmt.Fprint(f, b.Context, ".WithCall") }
func (s *scope) Format(f fmt.State, _ rune)    { _, _ = fmt.Fprint(f, s.context(), ".WithCall") }
func (o *outside) Format(f fmt.State, _ rune)  { _, _ = fmt.Fprint(f, o.context(), ".WithoutCall") }
func (d *detached) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, d.Context, ".WithoutCall") }
func (l *leg) Format(f fmt.State, _ rune)      { _, _ = fmt.Fprint(f, l.Context, ".WithAttempt") }
func (u *unbegun) Format(f fmt.State, _ rune)  { _, _ = fmt.Fprint(f, u.Context, ".WithoutCall") }

func (b *begun) Detach(ctx context.Context) context.Context {
	if ctx == context.Context(b) {
		return record.Detach(b.Context)
	}
	if s, ok := record.Boundary(ctx).(*scope); ok {
		return &detached{ctx, s.call}
	}
	return &unbegun{ctx}
}

func (s *scope) Detach(ctx context.Context) context.Context {
	if ctx == context.Context(s) {
		return (*outside)(s)
	}
	return &detached{ctx, s.call}
}

func (o *outside) Detach(ctx context.Context) context.Context  { return ctx }
func (d *detached) Detach(ctx context.Context) context.Context { return ctx }
