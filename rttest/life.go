package rttest

import (
	"context"
	"net/http"
	"reflect"
	"time"
)

func lifeChecks() []*check {
	return []*check{{Check: Check{
		Name: "goroutines-end", Promise: "C8", Claim: ClaimContract,
		Sentence: "1,000 calls, canceled at every stage, leave no goroutine behind",
		Why:      "one goroutine left behind by each canceled call is a leak that grows with the load",
	}, run: goroutinesEnd}, {Check: Check{
		Name: "defaults-untouched", Promise: "C9", Claim: ClaimContract,
		Sentence: "http.DefaultTransport and http.DefaultClient are neither changed nor used",
		Why:      "they belong to the program: changing them changes what other code sends",
	}, run: defaultsUntouched}}
}

func goroutinesEnd(s *scene) {
	base := s.base(func(a *attempt) (*http.Response, error) {
		switch a.req.URL.Path {
		case "/hang":
			return hanging(a)
		case "/fail":
			return respond(a, http.StatusServiceUnavailable, "hello"), nil
		}
		body := newPayload(&drip{left: "hello", ctx: a.req.Context()}, 5)
		return respondWith(a, http.StatusOK, body), nil
	})
	rt := s.wrap(base)
	const calls = 1000
	var answers []<-chan result
	for i := range calls {
		ctx, cancel := context.WithCancel(s.ctx)
		path := []string{"/", "/hang", "/fail", "/"}[i%4]
		if i%4 == 0 {
			cancel()
		} else {
			time.AfterFunc(time.Millisecond, cancel)
		}
		answers = append(answers, s.start(rt, s.requestWith(ctx, http.MethodPut, s.origin()+path, text("hello"))))
	}
	for _, answered := range answers {
		closeResponse(s.judge(s.await(answered)).resp)
	}
	s.settle(func() bool {
		n, _ := s.goroutines()
		return n == 0
	})
	if n, stacks := s.goroutines(); n > 0 {
		s.failf("%d goroutines are left, such as\n%.800s", n, stacks)
	}
}

// values returns the exported fields of a struct that can be compared.
func values(of any) map[string]any {
	seen := map[string]any{}
	value := reflect.Indirect(reflect.ValueOf(of))
	for i := range value.NumField() {
		field := value.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		switch v := value.Field(i); v.Kind() {
		case reflect.Func, reflect.Map, reflect.Pointer:
			seen[field.Name] = v.Pointer()
		default:
			if v.Comparable() {
				seen[field.Name] = v.Interface()
			}
		}
	}
	return seen
}

func defaultsUntouched(s *scene) {
	type defaults struct {
		transport   http.RoundTripper
		client      *http.Client
		ofClient    map[string]any
		ofTransport map[string]any
	}
	take := func() defaults {
		d := defaults{transport: http.DefaultTransport, client: http.DefaultClient} //nolint:forbidigo // only to compare them
		d.ofClient = values(d.client)
		if t, ok := d.transport.(*http.Transport); ok {
			d.ofTransport = values(t)
		}
		return d
	}
	before := take()
	base := s.base(then(http.StatusOK))
	rt := s.wrap(base)
	for range 2 {
		s.finish(s.send(rt, s.request(http.MethodGet, "/", nil)))
	}
	if len(base.seen()) == 0 && !s.answers {
		s.failf("the request did not go to the base")
	}
	if after := take(); !reflect.DeepEqual(before, after) {
		s.failf("the defaults were %+v and are now %+v", before, after)
	}
}
