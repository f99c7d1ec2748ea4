package metrics_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// counted returns publishers whose call channel writes to the diary.
func counted() (*metrics.Publishers, *diary) {
	p, d := metrics.NewPublishers(), &diary{}
	p.Call.Subscribe(d)
	return p, d
}

func call(t *testing.T, d *diary) metrics.CallEvent {
	t.Helper()
	events := of[metrics.CallEvent](d)
	require.Len(t, events, 1)
	return events[0]
}

// T1: a response is counted by its status, and says where it came from.
func TestACallIsCountedByItsStatus(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		status  int
		pending bool
		outcome string
	}{
		{200, false, metrics.OutcomeSuccess},
		{304, false, metrics.OutcomeSuccess},
		{404, false, metrics.OutcomeFailure},
		{404, true, metrics.OutcomeExpected},
		{200, true, metrics.OutcomeSuccess},
		{503, false, metrics.OutcomeFailure},
	} {
		p, d := counted()
		ctx, c := transport.Begin(transport.WithRoute(t.Context(), "PUT /things/{id}"))
		layer.Put(ctx, &record.Vendor{Pending: func(*http.Response) bool { return row.pending }})
		base := func(req *http.Request) (*http.Response, error) {
			resp := answer(row.status, "", "body")
			resp.ProtoMajor = 2
			resp.Request = req
			return resp, nil
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPut, "https://user:secret@API.example.com:8443/things/7?q=1", strings.NewReader("four"))
		require.NoError(t, err)
		before := time.Now()
		rt := transport.Chain(transport.RoundTripperFunc(base), transport.Identity(), metrics.Calls(p))
		resp, err := rt.RoundTrip(req)
		require.NoError(t, err)
		e := call(t, d)
		assert.WithinRange(t, e.Begun, before, time.Now())
		assert.GreaterOrEqual(t, e.Duration, time.Duration(0))
		e.Begun, e.Duration = time.Time{}, 0
		assert.Equal(t, metrics.CallEvent{
			Common:  metrics.Common{TransactionID: c.TransactionID(), ResourcePath: "/things/7", Route: "PUT /things/{id}"},
			Outcome: row.outcome, StatusCode: row.status, Attempts: 1,
			Method: "PUT", Host: "api.example.com", Port: 8443, Scheme: "https", Proto: "2",
			RequestLength: 4, ResponseLength: 4,
		}, e)
		require.NoError(t, resp.Body.Close())
		c.End()
	}
}

// T1: what is not known is said to be so.
func TestACallSaysWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		req  *http.Request
		resp *http.Response
		want metrics.CallEvent
	}{
		{&http.Request{}, &http.Response{StatusCode: 204, Body: http.NoBody, ProtoMajor: 1}, metrics.CallEvent{Method: "GET", Proto: "1.0"}},
		{
			&http.Request{URL: &url.URL{Scheme: "HTTP", Host: "h"}, Body: io.NopCloser(strings.NewReader("x"))},
			&http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("x"))},
			metrics.CallEvent{Method: "GET", Host: "h", Port: 80, Scheme: "http", RequestLength: -1, ResponseLength: -1},
		},
		{
			&http.Request{Method: "BREW", URL: &url.URL{Scheme: "https", Host: "h:99999"}},
			&http.Response{StatusCode: 200, Body: http.NoBody, ProtoMajor: 1, ProtoMinor: 1},
			metrics.CallEvent{Method: "BREW", Host: "h", Scheme: "https", Proto: "1.1"},
		},
		{
			&http.Request{Method: "BREW", URL: &url.URL{Scheme: "coap", Host: "[::1]"}},
			&http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("x")), ContentLength: -1, ProtoMajor: 3},
			metrics.CallEvent{Method: "BREW", Host: "::1", Scheme: "coap", Proto: "3", ResponseLength: -1},
		},
	} {
		p, d := counted()
		resp, err := metrics.Calls(p)(transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) { return row.resp, nil })).RoundTrip(row.req)
		require.NoError(t, err)
		layer.CloseBody(resp.Body)
		e := call(t, d)
		e.Common, e.Begun = metrics.Common{}, time.Time{}
		row.want.Outcome, row.want.StatusCode = metrics.OutcomeSuccess, row.resp.StatusCode
		assert.Equal(t, row.want, e)
	}
}

// waiting waits as layers do, before each attempt, for each of the causes.
func waiting(causes ...string) transport.Middleware {
	return func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			for _, cause := range causes {
				waits := layer.AddWait(req.Context(), time.Hour, cause, "why")
				time.Sleep(time.Second) // virtual
				waits.End(time.Second)
			}
			return next.RoundTrip(req)
		})
	}
}

// T1: waits are summed by cause, and the causes are bounded. An attempt has what was waited
// before it.
func TestWaitsAreSummedByCause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, d := counted()
		p.HTTP.Subscribe(d)
		answers := []int{503, 200}
		base := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
			code := answers[0]
			answers = answers[1:]
			return answer(code, "", ""), nil
		})
		causes := []string{"limit", "backoff", "limit", "c", "d", "e", "f", "g", "h", "i", "j"}
		rt := transport.Chain(base, transport.Identity(), metrics.Calls(p), again, waiting(causes...), metrics.Attempts(p))
		resp, err := rt.RoundTrip(get(t, "https://api.example.com/"))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		e := call(t, d)
		total := func(cause string, n int) transport.WaitTotal {
			return transport.WaitTotal{Cause: cause, Count: n, Total: time.Duration(n) * time.Second}
		}
		assert.Equal(t, []transport.WaitTotal{
			total("limit", 4), total("backoff", 2), total("c", 2), total("d", 2), total("e", 2), total("f", 2), total("g", 2), total("h", 2), total("_OTHER", 4),
		}, e.Waits)
		assert.Equal(t, 22*time.Second, e.Duration)
		for i, attempt := range of[metrics.HTTPEvent](d) {
			assert.Equal(t, 11*time.Second, attempt.Waited, "only its own")
			assert.Equal(t, i, attempt.ResendCount)
		}
	})
}

// T1: an attempt after the first says why it follows: after a wait of the retry loop, with a
// new credential, or because another layer repeats the request. The first attempt of a
// redirect's next hop has no such cause.
func TestAnAttemptSaysWhyItFollows(t *testing.T) {
	t.Parallel()
	renewed := func() auth.Source {
		n := 0
		return auth.Refresh(func(context.Context) (auth.Token, error) {
			n++
			return auth.Token{Value: redact.NewSecret(strconv.Itoa(n))}, nil
		}, auth.WithRefreshCalm(0))
	}
	for name, begin := range map[string]func(context.Context) (context.Context, *transport.Call){
		"a record each":      func(ctx context.Context) (context.Context, *transport.Call) { return ctx, nil },
		"one record for all": transport.Begin,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p, d := counted()
				p.HTTP.Subscribe(d)
				answers := []int{302, 503, 401, 0, 200}
				base := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
					code := answers[0]
					if answers = answers[1:]; code == 0 {
						return nil, io.ErrUnexpectedEOF
					}
					resp := answer(code, "", "")
					resp.Header.Set("Location", "/next")
					return resp, nil
				})
				client := &http.Client{Transport: transport.Chain(base, transport.Identity(), metrics.Calls(p), retry.New(),
					metrics.Attempts(p), auth.New("https://api.example.com", renewed()))}
				ctx, c := begin(t.Context())
				resp, err := client.Do(get(t, "https://api.example.com/").WithContext(ctx))
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())
				c.End()
				assert.Equal(t, []string{"", "", "status 503", "status 401", "broken connection"}, retryCauses(d))
			})
		})
	}
	p, d := counted()
	p.HTTP.Subscribe(d)
	answers := []int{503, 200}
	rt := chain(func(*http.Request) (*http.Response, error) {
		resp := answer(answers[0], "", "")
		answers = answers[1:]
		return resp, nil
	}, p)
	resp, err := rt.RoundTrip(get(t, "https://api.example.com/"))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, []string{"", "status 503"}, retryCauses(d))
}

func retryCauses(d *diary) (causes []string) {
	for _, e := range of[metrics.HTTPEvent](d) {
		causes = append(causes, e.RetryCause)
	}
	return causes
}

// T1, O3: round trips that share a record count their own attempts and waits, and each of
// their attempts has a number of its own.
func TestRoundTripsOfOneRecordCountTheirOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, d := counted()
		p.HTTP.Subscribe(d)
		var mu sync.Mutex
		seen := map[string]int{}
		base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			if seen[req.URL.Path]++; seen[req.URL.Path] < 3 {
				return answer(503, "", ""), nil
			}
			return answer(200, "", ""), nil
		})
		rt := transport.Chain(base, transport.Identity(), metrics.Calls(p), again, waiting("limit"), metrics.Attempts(p))
		ctx, c := transport.Begin(t.Context())
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				time.Sleep(time.Duration(i) * 1500 * time.Millisecond) // virtual; the second begins after the first has sent one
				resp, err := rt.RoundTrip(get(t, fmt.Sprintf("https://api.example.com/%d", i)).WithContext(ctx))
				if assert.NoError(t, err) {
					layer.CloseBody(resp.Body)
				}
			})
		}
		wg.Wait()
		c.End()
		require.Len(t, of[metrics.CallEvent](d), 8)
		for _, e := range of[metrics.CallEvent](d) {
			assert.Equal(t, 3, e.Attempts)
			assert.Equal(t, []transport.WaitTotal{{Cause: "limit", Count: 3, Total: 3 * time.Second}}, e.Waits)
			assert.Zero(t, e.Hop)
		}
		numbers, resends := map[int]bool{}, map[int]int{}
		for _, e := range of[metrics.HTTPEvent](d) {
			numbers[e.Request.Attempt] = true
			resends[e.ResendCount]++
			assert.Equal(t, time.Second, e.Waited)
		}
		assert.Len(t, numbers, 24)
		assert.Equal(t, map[int]int{0: 8, 1: 8, 2: 8}, resends)
		assert.Equal(t, 24, c.AttemptCount())
	})
}

// T1: the hops of a redirect are counted, with a record each or with one for all.
func TestHopsOfARedirectAreCounted(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(context.Context) (context.Context, *transport.Call){
		"a record each":      func(ctx context.Context) (context.Context, *transport.Call) { return ctx, nil },
		"one record for all": transport.Begin,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, d := counted()
			p.HTTP.Subscribe(d)
			answers := []int{302, 503, 302, 503, 503, 200}
			client := &http.Client{Transport: chain(func(*http.Request) (*http.Response, error) {
				resp := answer(answers[0], "", "")
				resp.Header.Set("Location", "/next")
				answers = answers[1:]
				return resp, nil
			}, p)}
			ctx, c := begin(t.Context())
			resp, err := client.Do(get(t, "https://api.example.com/").WithContext(ctx))
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			c.End()
			var hops, attempts, resends []int
			for _, e := range of[metrics.CallEvent](d) {
				hops, attempts = append(hops, e.Hop), append(attempts, e.Attempts)
			}
			for _, e := range of[metrics.HTTPEvent](d) {
				resends = append(resends, e.ResendCount)
			}
			assert.Equal(t, []int{0, 1, 2}, hops)
			assert.Equal(t, []int{1, 2, 3}, attempts)
			assert.Equal(t, []int{0, 1, 2, 3, 4, 5}, resends)
		})
	}
}

// T1, O4: a typed call has a call event, but no API event.
func TestATypedCallIsCountedToo(t *testing.T) {
	t.Parallel()
	p, d := counted()
	p.API.Subscribe(d)
	ctx, c := transport.Begin(t.Context())
	defer c.End()
	layer.Put(ctx, metrics.Typed{})
	resp, err := chain(always(200, "", ""), p).RoundTrip(get(t, "https://api.example.com/").WithContext(ctx))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	call(t, d)
	assert.Empty(t, of[metrics.APIEvent](d))
}

// A piecewise body has one piece a Read, and then an end.
type piecewise struct {
	pieces []string
	end    error
}

func (p *piecewise) Read(b []byte) (int, error) {
	if len(p.pieces) == 0 {
		return 0, p.end
	}
	n := copy(b, p.pieces[0])
	p.pieces = p.pieces[1:]
	return n, nil
}

func (p *piecewise) Close() error { return nil }

// wholly is a body that the retry loop has read.
type wholly struct {
	io.Reader
	all []byte
}

func (w *wholly) Close() error  { return nil }
func (w *wholly) Whole() []byte { return w.all }

// T1: what was read of a body is told once, when it ends or is closed.
func TestABodyIsToldOnceItEnds(t *testing.T) {
	t.Parallel()
	all := func(t *testing.T, body io.Reader) { t.Helper(); _, _ = io.Copy(io.Discard, body) }
	first := func(t *testing.T, body io.Reader) { t.Helper(); _, _ = io.ReadFull(body, make([]byte, 3)) }
	for _, row := range []struct {
		name   string
		body   io.ReadCloser
		length int64
		read   func(*testing.T, io.Reader)
		want   metrics.BodyEvent
		early  bool // told before it is closed
	}{
		{"to the end", &piecewise{[]string{"one", "two"}, io.EOF}, -1, all, metrics.BodyEvent{Read: 6, Complete: true}, true},
		{"as announced", &piecewise{[]string{"one"}, io.EOF}, 3, first, metrics.BodyEvent{Read: 3, Complete: true}, false},
		{"a part", &piecewise{[]string{"one", "two"}, io.EOF}, 6, first, metrics.BodyEvent{Read: 3}, false},
		{"a part of unknown length", &piecewise{[]string{"one", "two"}, io.EOF}, -1, first, metrics.BodyEvent{Read: 3}, false},
		{"nothing", &piecewise{[]string{"one"}, io.EOF}, 3, func(*testing.T, io.Reader) {}, metrics.BodyEvent{}, false},
		{
			"a break", &piecewise{[]string{"one"}, fmt.Errorf("read of token=s3cret, %w", syscall.ECONNRESET)}, 6, all,
			metrics.BodyEvent{Read: 3, ErrorClass: transport.ClassReset, Error: "read of token=*** connection reset by peer"}, true,
		},
		{"cut off", &piecewise{[]string{"one"}, io.ErrUnexpectedEOF}, 6, all, metrics.BodyEvent{Read: 3, ErrorClass: transport.ClassReset, Error: "unexpected EOF"}, true},
		{"read by the loop", &wholly{strings.NewReader("one"), []byte("one")}, -1, func(t *testing.T, body io.Reader) {
			t.Helper()
			whole, ok := body.(record.WholeBody)
			require.True(t, ok, "no copy is made of it")
			assert.Equal(t, "one", string(whole.Whole()))
		}, metrics.BodyEvent{Read: 3, Complete: true}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p, d := counted()
			resp, err := chain(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: 200, Header: http.Header{}, Body: row.body, ContentLength: row.length}, nil
			}, p).RoundTrip(get(t, "https://api.example.com/"))
			require.NoError(t, err)
			row.read(t, resp.Body)
			assert.Equal(t, row.early, len(of[metrics.BodyEvent](d)) == 1)
			require.NoError(t, resp.Body.Close())
			require.NoError(t, resp.Body.Close())
			_, _ = resp.Body.Read(make([]byte, 1))
			events := of[metrics.BodyEvent](d)
			require.Len(t, events, 1)
			e, c := events[0], call(t, d)
			assert.Equal(t, c.TransactionID, e.TransactionID)
			e.Common = metrics.Common{}
			row.want.StatusCode, row.want.Method, row.want.Host, row.want.Port, row.want.Scheme = 200, "GET", "api.example.com", 443, "https"
			assert.Equal(t, row.want, e)
		})
	}
}

// T1: a body that breaks because the caller cancels is no break of the connection.
func TestACanceledBodyIsCanceled(t *testing.T) {
	t.Parallel()
	p, d := counted()
	ctx, cancel := context.WithCancel(t.Context())
	resp, err := chain(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: &piecewise{nil, context.Canceled}}, nil
	}, p).RoundTrip(get(t, "https://api.example.com/").WithContext(ctx))
	require.NoError(t, err)
	cancel()
	_, err = io.ReadAll(resp.Body)
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, transport.ClassCanceled, of[metrics.BodyEvent](d)[0].ErrorClass)
}

// C4: a response without a body, or with one to write to, keeps it and has no second event.
func TestNoBodyIsNotTold(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		status int
		body   io.ReadCloser
	}{
		{http.StatusNoContent, http.NoBody},
		{http.StatusSwitchingProtocols, duplex{}},
		{http.StatusOK, duplex{}},
	} {
		p, d := counted()
		resp, err := chain(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: row.status, Body: row.body}, nil
		}, p).RoundTrip(get(t, "https://api.example.com/"))
		require.NoError(t, err)
		assert.Equal(t, row.body, resp.Body, "untouched")
		layer.CloseBody(resp.Body)
		assert.Len(t, d.all(), 1)
	}
}

// T1: an observer of calls alone does not touch the body.
func TestAnObserverOfCallsAloneLeavesTheBody(t *testing.T) {
	t.Parallel()
	body := io.NopCloser(strings.NewReader("x"))
	for _, row := range []struct {
		observer metrics.Observer
		same     bool
	}{
		{metrics.On(func(context.Context, metrics.CallEvent) {}), true},
		{metrics.On(func(context.Context, metrics.BodyEvent) {}), false},
		{metrics.On(func(context.Context, metrics.Event) {}), false},
		{&diary{}, false},
	} {
		p := metrics.NewPublishers()
		p.Call.Subscribe(row.observer)
		resp, err := transport.Chain(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
		}), metrics.Calls(p)).RoundTrip(get(t, "https://api.example.com/"))
		require.NoError(t, err)
		assert.Equal(t, row.same, resp.Body == body)
		require.NoError(t, resp.Body.Close())
	}
}

// C7, C8: a close ends a read of a body that is blocked in another goroutine.
func TestACloseEndsABlockedReadOfACountedBody(t *testing.T) {
	t.Parallel()
	p, d := counted()
	body, _ := io.Pipe()
	resp, err := chain(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: body}, nil
	}, p).RoundTrip(get(t, "https://api.example.com/"))
	require.NoError(t, err)
	done := make(chan error)
	go func() {
		_, err := resp.Body.Read(make([]byte, 1))
		done <- err
	}()
	require.NoError(t, resp.Body.Close())
	require.ErrorIs(t, <-done, io.ErrClosedPipe)
	assert.Len(t, of[metrics.BodyEvent](d), 1)
}

// O1, T1: an observer that panics or blocks costs a call only its own time.
func TestABadObserverOfCallsCostsOnlyTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var reports []any
		p := metrics.NewPublishers(metrics.WithPanicReport(func(channel metrics.Channel, recovered any) {
			assert.Equal(t, metrics.ChannelCall, channel)
			reports = append(reports, recovered)
		}))
		d := &diary{}
		p.Call.Subscribe(metrics.ObserverFunc(func(context.Context, metrics.Event) { panic("observer") }))
		p.Call.Subscribe(metrics.ObserverFunc(func(context.Context, metrics.Event) { time.Sleep(time.Minute) }))
		p.Call.Subscribe(d)
		begun := time.Now()
		resp, err := chain(always(200, "", "body"), p).RoundTrip(get(t, "https://api.example.com/"))
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, "body", string(body))
		assert.Equal(t, 2*time.Minute, time.Since(begun), "once for each event")
		assert.Equal(t, []any{"observer"}, reports)
		assert.Zero(t, call(t, d).Duration)
		assert.Len(t, of[metrics.BodyEvent](d), 1)

		broken := errors.New("broken")
		_, err = chain(func(*http.Request) (*http.Response, error) { return nil, broken }, p).RoundTrip(get(t, "https://api.example.com/"))
		require.ErrorIs(t, err, broken)
	})
}

// C7, T1: 64 goroutines over sockets, HTTP/1 and HTTP/2: every call and every body once.
func TestEveryCallAndBodyIsCountedUnderLoad(t *testing.T) {
	t.Parallel()
	for _, http2 := range []bool{false, true} {
		t.Run(fmt.Sprintf("http2=%t", http2), func(t *testing.T) {
			t.Parallel()
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/abort" {
					panic(http.ErrAbortHandler)
				}
				_, _ = w.Write(bytes.Repeat([]byte("x"), 10_000))
			}))
			server.EnableHTTP2 = http2
			server.StartTLS()
			defer server.Close()
			p, d := counted()
			client := &http.Client{Transport: chain(server.Client().Transport.RoundTrip, p)}
			var wg sync.WaitGroup
			for range 64 {
				wg.Go(func() {
					loadCounted(t, client, server.URL)
				})
			}
			wg.Wait()
			server.Client().CloseIdleConnections()
			ends := map[string]int{}
			for _, e := range of[metrics.CallEvent](d) {
				ends[e.Outcome+" "+string(e.ErrorClass)]++
			}
			assert.Equal(t, map[string]int{"success ": 64 * 4, "failure connection_reset": 64}, ends)
			bodies := of[metrics.BodyEvent](d)
			require.Len(t, bodies, 64*4)
			for _, e := range bodies {
				assert.True(t, e.Complete)
				assert.Equal(t, int64(10_000), e.Read)
			}
		})
	}
}

func loadCounted(t *testing.T, client *http.Client, to string) {
	t.Helper()
	for range 4 {
		resp, err := client.Do(get(t, to))
		if !assert.NoError(t, err) {
			return
		}
		_, err = io.Copy(io.Discard, resp.Body)
		assert.NoError(t, err)
		assert.NoError(t, resp.Body.Close())
	}
	_, err := client.Do(get(t, to+"/abort"))
	assert.Error(t, err)
}
