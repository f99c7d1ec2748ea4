package metrics_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/metrics"
)

type observerOfSlices struct{ _ []int }

func (observerOfSlices) Notify(context.Context, metrics.Event) {}

// O4: any number of observers, each told by its own subscriptions.
func TestEachSubscriptionIsToldUntilItEnds(t *testing.T) {
	t.Parallel()
	p, d := metrics.NewPublishers().HTTP, &diary{}
	assert.False(t, p.Active())
	first, second := p.Subscribe(d), p.Subscribe(d)
	p.Publish(t.Context(), metrics.HTTPEvent{})
	assert.Len(t, d.all(), 2)
	first()
	first()
	p.Publish(t.Context(), metrics.HTTPEvent{})
	assert.Len(t, d.all(), 3)
	second()
	assert.False(t, p.Active())
	p.Publish(t.Context(), metrics.HTTPEvent{})
	assert.Len(t, d.all(), 3)
}

// O4: Unsubscribe finds what can be compared and panics over nothing.
func TestUnsubscribeFindsWhatCanBeCompared(t *testing.T) {
	t.Parallel()
	p, d := metrics.NewPublishers().API, &diary{}
	function := metrics.ObserverFunc(d.Notify)
	on := metrics.On(func(context.Context, metrics.APIEvent) {})
	for _, o := range []metrics.Observer{d, d, function, observerOfSlices{}, on} {
		p.Subscribe(o)
	}
	assert.True(t, p.Unsubscribe(d))
	assert.False(t, p.Unsubscribe(d))
	assert.False(t, p.Unsubscribe(function))
	assert.False(t, p.Unsubscribe(observerOfSlices{}))
	assert.False(t, p.Unsubscribe(nil))
	assert.True(t, p.Unsubscribe(on))
	p.Publish(t.Context(), metrics.APIEvent{})
	assert.Len(t, d.all(), 1, "the function is still there")
}

func TestOnHearsOnlyItsOwnType(t *testing.T) {
	t.Parallel()
	p := metrics.NewPublishers()
	var heard []metrics.SDKEvent
	o := metrics.On(func(_ context.Context, e metrics.SDKEvent) { heard = append(heard, e) })
	p.API.Subscribe(o)
	p.SDK.Subscribe(o)
	p.API.Publish(t.Context(), metrics.APIEvent{})
	p.SDK.Publish(t.Context(), metrics.SDKEvent{ErrorType: metrics.ErrorTypeAPI})
	assert.Equal(t, []metrics.SDKEvent{{ErrorType: metrics.ErrorTypeAPI}}, heard)
}

// O1: a panic is contained, reported once, and changes nothing for others.
func TestAPanicIsContainedAndReportedOnce(t *testing.T) {
	t.Parallel()
	var reports []any
	p := metrics.NewPublishers(metrics.WithPanicReport(func(channel metrics.Channel, recovered any) {
		reports = append(reports, channel, recovered)
		panic("the report panics too")
	}))
	d := &diary{}
	p.HTTP.Subscribe(metrics.ObserverFunc(func(context.Context, metrics.Event) { panic("observer") }))
	p.HTTP.Subscribe(metrics.ObserverFunc(nil))
	p.HTTP.Subscribe(d)
	rt := chain(always(http.StatusOK, "", "x"), p)
	for range 3 {
		resp, err := rt.RoundTrip(get(t, "https://api.example.com/"))
		require.NoError(t, err)
		assert.Equal(t, http.StatusOK, resp.StatusCode)
		require.NoError(t, resp.Body.Close())
	}
	assert.Len(t, d.all(), 3)
	require.Len(t, reports, 4, "one report for each of the two")
	assert.Equal(t, []any{metrics.ChannelHTTP, "observer"}, reports[:2])
}

// O1: without a report of the owner's, the default logger is told. It is the
// process's own, so this test does not run beside others.
func TestAPanicIsLoggedByDefault(t *testing.T) { //nolint:paralleltest // it borrows the default logger
	var log bytes.Buffer
	own := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(own)
	p := metrics.NewPublishers(nil).SDK
	p.Subscribe(metrics.ObserverFunc(func(context.Context, metrics.Event) { panic("boom") }))
	p.Publish(t.Context(), metrics.SDKEvent{})
	p.Publish(t.Context(), metrics.SDKEvent{})
	assert.Equal(t, 1, strings.Count(log.String(), "level=ERROR"))
	assert.Contains(t, log.String(), "channel=SDK panic=boom")
	log.Reset()
	p = metrics.NewPublishers(metrics.WithPanicReport(nil)).SDK
	p.Subscribe(metrics.ObserverFunc(func(context.Context, metrics.Event) { panic("boom") }))
	p.Publish(t.Context(), metrics.SDKEvent{})
	assert.Empty(t, log.String(), "C10: a nil report reports nothing")
}

// O1: delivery is outside locks: observers may subscribe, leave and publish, and
// a slow one delays its own call only.
func TestASlowObserverDelaysItsOwnCallOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := metrics.NewPublishers().SDK
		p.Subscribe(metrics.On(func(_ context.Context, e metrics.SDKEvent) {
			if e.ErrorType != "" {
				time.Sleep(time.Hour) // virtual
			}
		}))
		begun := time.Now()
		var slow sync.WaitGroup
		slow.Go(func() { p.Publish(t.Context(), metrics.SDKEvent{ErrorType: metrics.ErrorTypeSDK}) })
		synctest.Wait()
		leave := p.Subscribe(&diary{})
		p.Publish(t.Context(), metrics.SDKEvent{})
		leave()
		assert.Zero(t, time.Since(begun))
		slow.Wait()
		assert.Equal(t, time.Hour, time.Since(begun))
	})
}

func TestAnObserverMayLeaveWhileItIsTold(t *testing.T) {
	t.Parallel()
	p, d := metrics.NewPublishers().SDK, &diary{}
	var leave func()
	var told int
	leave = p.Subscribe(metrics.ObserverFunc(func(context.Context, metrics.Event) {
		told++
		leave()
		p.Subscribe(d)
	}))
	p.Publish(t.Context(), metrics.SDKEvent{})
	p.Publish(t.Context(), metrics.SDKEvent{})
	assert.Equal(t, 1, told)
	assert.Len(t, d.all(), 1)
}

// O4: subscribe, unsubscribe and publish from 64 goroutines.
func TestObserversComeAndGoWhileEventsArePublished(t *testing.T) {
	t.Parallel()
	p, steady := metrics.NewPublishers().HTTP, &diary{}
	p.Subscribe(steady)
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for range 20 {
				mine := &diary{}
				leave := p.Subscribe(mine, metrics.WithBodies(1))
				p.Publish(context.Background(), metrics.HTTPEvent{})
				assert.NotEmpty(t, mine.all())
				leave()
			}
		})
	}
	wg.Wait()
	assert.Len(t, steady.all(), 64*20)
	assert.True(t, p.Unsubscribe(steady))
	assert.False(t, p.Active(), "all others left")
	assert.Zero(t, p.BodyLimit())
}

// O4: bodies go to those who asked, as much as they asked for.
func TestBodiesGoToThoseWhoAsked(t *testing.T) {
	t.Parallel()
	p := metrics.NewPublishers().API
	var none, four, all diary
	p.Subscribe(&none)
	assert.Zero(t, p.BodyLimit())
	p.Subscribe(&four, metrics.WithBodies(4))
	assert.Equal(t, 4, p.BodyLimit())
	leave := p.Subscribe(&all, metrics.WithBodies(1<<10), nil)
	assert.Equal(t, 1<<10, p.BodyLimit())
	p.Publish(t.Context(), metrics.APIEvent{Body: "abcéf"})
	assert.Empty(t, of[metrics.APIEvent](&none)[0].Body)
	assert.Equal(t, "abc", of[metrics.APIEvent](&four)[0].Body, "é is two bytes and does not fit")
	assert.Equal(t, "abcéf", of[metrics.APIEvent](&all)[0].Body)
	leave()
	assert.Equal(t, 4, p.BodyLimit())

	sdk := metrics.NewPublishers().SDK
	var some, rest diary
	sdk.Subscribe(&some, metrics.WithBodies(4))
	sdk.Subscribe(&rest, metrics.WithBodies(1<<10))
	sdk.Publish(t.Context(), metrics.SDKEvent{Result: held("abcéf")})
	sdk.Publish(t.Context(), metrics.SDKEvent{Result: "no body"})
	assert.Equal(t, held("abc"), of[metrics.SDKEvent](&some)[0].Result)
	assert.Equal(t, held("abcéf"), of[metrics.SDKEvent](&rest)[0].Result)
	assert.Equal(t, "no body", of[metrics.SDKEvent](&some)[1].Result)
}

// held is a result of a typed call that holds a body.
type held string

func (h held) LimitBody(most int) any {
	return held(strings.ToValidUTF8(string(h[:min(most, len(h))]), ""))
}

func TestANilPublisherHasNoObservers(t *testing.T) {
	t.Parallel()
	var p *metrics.Publisher
	assert.False(t, p.Active())
	assert.Zero(t, p.BodyLimit())
	assert.False(t, p.Unsubscribe(&diary{}))
	assert.Empty(t, p.Channel())
	p.Subscribe(&diary{})()
	p.Publish(t.Context(), metrics.SDKEvent{})
	metrics.NewPublishers().API.Subscribe(nil)()
}
