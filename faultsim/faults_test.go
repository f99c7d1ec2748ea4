package faultsim_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/faultsim"
	"github.com/tripware/tripware/transport"
)

// ask sends a request, and returns the response with its body, or what became of it.
func ask(t *testing.T, rt http.RoundTripper, method, url, body string) (resp *http.Response, text string, class transport.ErrorClass, took time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	require.NoError(t, err)
	begun := time.Now()
	resp, err = rt.RoundTrip(req)
	if err != nil {
		assert.Nil(t, resp)
		return nil, err.Error(), transport.ClassifyError(req, err), time.Since(begun)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	return resp, string(got), transport.ClassifyError(req, err), time.Since(begun)
}

// What a client sees of each fault is what net/http returns, be it a function or real.
func TestFaultsLookReal(t *testing.T) {
	t.Parallel()
	const url = "http://api.example.com/x"
	for _, row := range []struct {
		script string
		status int
		class  transport.ErrorClass
		text   string
		took   time.Duration
	}{
		{"ok x-a=b", 200, "", "ok\n", 20 * ms},
		{"503 retry-after=3s", 503, "", "503 Service Unavailable\n", 20 * ms},
		{"204", 204, "", "", 20 * ms},
		{"slow=2s", 200, "", "ok\n", 2020 * ms},
		{"cut", 200, transport.ClassReset, "o", 20 * ms},
		{"cut=2", 200, transport.ClassReset, "ok", 20 * ms},
		{"cut=99", 200, transport.ClassReset, "ok", 20 * ms},
		{"reset", 0, transport.ClassReset, "read tcp: connection reset by peer", 20 * ms},
		{"refused", 0, transport.ClassRefused, "dial tcp: connect: connection refused", 0},
		{"dns", 0, transport.ClassDNS, "dial tcp: lookup api.example.com: no such host", 0},
		{"timeout", 0, transport.ClassDeadline, context.DeadlineExceeded.Error(), time.Minute},
	} {
		t.Run(row.script, func(t *testing.T) {
			t.Parallel()
			on(t, row.script, func(t *testing.T, s *faultsim.Sim) {
				s.Latency(faultsim.Uniform(20*ms, 20*ms))
				resp, text, class, took := ask(t, s.Base(), http.MethodPost, url, "hello")
				assert.Equal(t, row.class, class, text)
				assert.Equal(t, row.took, took)
				if row.status == 0 {
					assert.Contains(t, strings.ReplaceAll(text, "read: ", ""), strings.ReplaceAll(row.text, "read: ", ""))
					return
				}
				assert.Equal(t, row.status, resp.StatusCode)
				assert.Equal(t, row.text, text)
				if row.script == "ok x-a=b" {
					assert.Equal(t, "b", resp.Header.Get("X-A"))
				}
				if row.status == 503 {
					assert.Equal(t, "3", resp.Header.Get("Retry-After"))
				}
			})
		})
	}
}

// The phases follow each other, the shares are kept, and after the last phase all is well.
func TestTheScriptIsFollowed(t *testing.T) {
	t.Parallel()
	on(t, "10s ok; 20s 503 p=.25, 500 p=.5; 10s 502; 5s ok", func(t *testing.T, s *faultsim.Sim) {
		r := s.Clients(100, nil).Run(time.Minute)
		assert.Equal(t, 6000, r.Calls())
		assert.Equal(t, map[string]int{"ok": 1000}, r.Between(0, 10*time.Second).Faults())
		during := r.Between(10*time.Second, 30*time.Second).Faults()
		assert.InDelta(t, 500, during["503"], 60)
		assert.InDelta(t, 1000, during["500"], 80)
		assert.Equal(t, 2000, during["503"]+during["500"]+during["ok"])
		assert.Equal(t, map[string]int{"502": 1000}, r.Between(30*time.Second, 40*time.Second).Faults())
		assert.Equal(t, map[string]int{"ok": 2000}, r.Between(40*time.Second, time.Minute).Faults())
		assert.Equal(t, 1000+during["503"]+during["500"], r.Failed())
	})
}

// Hosts fail differently, and requests are counted by host or by another key.
func TestHostsHaveServersOfTheirOwn(t *testing.T) {
	t.Parallel()
	on(t, "ok", func(t *testing.T, s *faultsim.Sim) {
		s.Host("B.example", "500").Latency(faultsim.Uniform(time.Second, time.Second))
		s.Host("c.example:8080", "503").Bucket(1, 1, "retry-after=7", "x-a=b")
		clients := s.Clients(2, nil).Callers(5).Get("http://a.example/", "https://b.EXAMPLE/x", "http://c.example:8080/", "http://c.example/")
		r := clients.Run(20 * time.Second)
		assert.Equal(t, []int{200, 50, 50, 50, 50, 0}, []int{
			r.Requests(), r.Requests("a.example"), r.Requests("b.EXAMPLE"), r.Requests("c.example:8080"), r.Requests("c.example"), r.Requests("d"),
		})
		assert.Equal(t, 100, r.Requests("a.example", "c.example"))
		assert.Equal(t, 50, r.Faults()["500"])
		assert.Positive(t, r.Faults()["bucket"])
		assert.Equal(t, 50, r.Faults()["bucket"]+r.Faults()["503"])
		assert.Equal(t, 1, r.InFlight("a.example"), "no latency")
		assert.Greater(t, r.InFlight("b.EXAMPLE"), 1)
		assert.Equal(t, time.Second, r.P(100).Round(ms))
		sum := 0
		for _, second := range r.Seconds("c.example") {
			sum += second.Requests
		}
		assert.Equal(t, 50, sum)

		s.Key(func(req *http.Request) string { return req.Method + " " + req.URL.Path })
		r = clients.Run(20 * time.Second)
		assert.Equal(t, []int{50, 150}, []int{r.Requests("GET /x"), r.Requests("GET /")})
	})
}

// A handler gets the request, and its response is what faults are applied to.
func TestAHandlerResponds(t *testing.T) {
	t.Parallel()
	on(t, "1m ok x-b=c; 1m cut; 1m 503; ok", func(t *testing.T, s *faultsim.Sim) {
		s.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			assert.NoError(t, err)
			w.Header().Set("X-A", fmt.Sprint(r.ContentLength))
			w.WriteHeader(http.StatusCreated)
			w.WriteHeader(http.StatusTeapot)
			_, _ = fmt.Fprintf(w, "%s %s %s %s", r.Method, r.Host, r.RequestURI, body)
			w.Header().Set("X-Late", "is not sent")
		}))
		const want = "PUT api.example.com /x?y=z hello"
		resp, text, class, _ := ask(t, s.Base(), http.MethodPut, "http://api.example.com/x?y=z", "hello")
		assert.Equal(t, []any{201, want, transport.ErrorClass(""), "5", "c", ""},
			[]any{resp.StatusCode, text, class, resp.Header.Get("X-A"), resp.Header.Get("X-B"), resp.Header.Get("X-Late")})
		time.Sleep(time.Minute)
		resp, text, class, _ = ask(t, s.Base(), http.MethodPut, "http://api.example.com/x?y=z", "hello")
		assert.Equal(t, []any{201, want[:len(want)/2], transport.ClassReset}, []any{resp.StatusCode, text, class})
		time.Sleep(time.Minute)
		resp, text, _, _ = ask(t, s.Base(), http.MethodPut, "http://api.example.com/x?y=z", "hello")
		assert.Equal(t, []any{503, "503 Service Unavailable\n"}, []any{resp.StatusCode, text})
	})
}

// A bucket rejects what is above its rate and says when there is a token.
func TestABucketLimits(t *testing.T) {
	t.Parallel()
	on(t, "ok", func(t *testing.T, s *faultsim.Sim) {
		s.Bucket(0.5, 2)
		base := s.Base()
		var statuses []int
		var resp *http.Response
		for range 4 {
			resp, _, _, _ = ask(t, base, http.MethodGet, "http://api.example.com/", "")
			statuses = append(statuses, resp.StatusCode)
		}
		assert.Equal(t, []int{200, 200, 429, 429}, statuses)
		assert.Equal(t, "2", resp.Header.Get("Retry-After"))
		time.Sleep(2 * time.Second)
		resp, _, _, _ = ask(t, base, http.MethodGet, "http://api.example.com/", "")
		assert.Equal(t, 200, resp.StatusCode)

		s.Bucket(0.5, 1, "")
		r := s.Clients(1, nil).Callers(4).Do(func(ctx context.Context, c *http.Client, _ int) error {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://api.example.com/", http.NoBody)
			if err != nil {
				return err
			}
			resp, err := c.Do(req)
			if err != nil {
				return err
			}
			assert.Empty(t, resp.Header.Get("Retry-After"))
			return resp.Body.Close()
		}).Run(time.Minute)
		assert.Equal(t, 30, r.Faults()["ok"])
		assert.Equal(t, 210, r.Faults()["bucket"])
	})
}
