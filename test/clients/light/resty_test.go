package light_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	resty "github.com/go-resty/resty/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	restyv3 "resty.dev/v3"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/test/clients"
	"github.com/tripware/tripware/transport"
)

func resty2() clients.Client {
	return clients.Client{
		Name: "resty v2", Module: "github.com/go-resty/resty/v2",
		Before: func(ctx context.Context, s clients.Site) clients.Outcome {
			client := resty.New().SetTransport(s.Chain()).SetRetryCount(own).SetRetryWaitTime(short).
				AddRetryCondition(func(r *resty.Response, _ error) bool { return r.StatusCode() >= http.StatusInternalServerError })
			return restyPut(ctx, client, s.URL)
		},
		After: func(ctx context.Context, s clients.Site) clients.Outcome {
			rt := s.Chain()
			// line:
			client := resty.New().SetTransport(rt)
			// end
			return restyPut(ctx, client, s.URL)
		},
		Own:    "3, if set",
		Record: "`transport.CallOf(resp.RawResponse)`, or `transport.CallOfError(err)` if no response came",
		Off:    "`SetRetryCount(0)` and `SetTimeout(0)`, its defaults. A timeout bounds all attempts of a call together",
		On:     "a proxy and TLS that are set before `SetTransport`, with the chain on the transport that has them: `client.Transport()`",
		Cannot: "a proxy or TLS that is set after `SetTransport` is not used: resty only logs an error",
	}
}

func restyPut(ctx context.Context, client *resty.Client, url string) clients.Outcome {
	resp, err := client.R().SetContext(ctx).SetBody(item{"one"}).Put(url + "/items/1")
	return clients.Outcome{Response: resp.RawResponse, Err: err}
}

func resty3() clients.Client {
	return clients.Client{
		Name: "resty v3", Module: "resty.dev/v3",
		Before: func(ctx context.Context, s clients.Site) clients.Outcome {
			client := restyv3.New().SetTransport(s.Chain()).SetRetryCount(own).SetRetryWaitTime(short).
				AddRetryConditions(restyv3.RetryConditionStatus5XX)
			return resty3Put(ctx, client, s.URL)
		},
		After: func(ctx context.Context, s clients.Site) clients.Outcome {
			rt := s.Chain()
			// line:
			client := restyv3.New().SetTransport(rt)
			// end
			return resty3Put(ctx, client, s.URL)
		},
		Own:    "3, if set",
		Record: "`transport.CallOf(resp.RawResponse)`, or `transport.CallOfError(err)` if no response came",
		Off:    "`SetRetryCount(0)` and `SetTimeout(0)`, its defaults. A timeout bounds all attempts of a call together",
		On:     "a proxy and TLS that are set before `SetTransport`, with the chain on the transport that has them: `client.HTTPTransport()`",
		Cannot: "a proxy or TLS that is set after `SetTransport` is not used: resty only logs an error",
	}
}

func resty3Put(ctx context.Context, client *restyv3.Client, url string) clients.Outcome {
	resp, err := client.R().SetContext(ctx).SetBody(item{"one"}).Put(url + "/items/1")
	return clients.Outcome{Response: resp.RawResponse, Err: err}
}

// A proxy that is set before the transport is used, and one that is set after it is not.
func TestRestyUsesAProxyThatIsSetBeforeTheTransport(t *testing.T) {
	t.Parallel()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, `"proxy"`) }))
	defer proxy.Close()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, `"site"`) }))
	defer site.Close()

	first := resty.New().SetProxy(proxy.URL)
	base, err := first.Transport()
	require.NoError(t, err)
	first.SetTransport(transport.Chain(base, retry.New()))
	resp, err := first.R().SetContext(t.Context()).Get(site.URL)
	require.NoError(t, err)
	assert.Equal(t, `"proxy"`, resp.String())

	first3 := restyv3.New().SetProxy(proxy.URL)
	base, err = first3.HTTPTransport()
	require.NoError(t, err)
	first3.SetTransport(transport.Chain(base, retry.New()))
	resp3, err := first3.R().SetContext(t.Context()).Get(site.URL)
	require.NoError(t, err)
	assert.Equal(t, `"proxy"`, resp3.String())

	rt := transport.Chain(&http.Transport{DisableKeepAlives: true}, retry.New())
	resp, err = resty.New().SetLogger(quiet{}).SetTransport(rt).SetProxy(proxy.URL).R().SetContext(t.Context()).Get(site.URL)
	require.NoError(t, err)
	assert.Equal(t, `"site"`, resp.String())
	resp3, err = restyv3.New().SetLogger(quiet{}).SetTransport(rt).SetProxy(proxy.URL).R().SetContext(t.Context()).Get(site.URL)
	require.NoError(t, err)
	assert.Equal(t, `"site"`, resp3.String())
}

type quiet struct{}

func (quiet) Errorf(string, ...any) {}
func (quiet) Warnf(string, ...any)  {}
func (quiet) Debugf(string, ...any) {}
