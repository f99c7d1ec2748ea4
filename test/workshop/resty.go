package workshop

import (
	"context"
	"net/http"

	"resty.dev/v3"
)

// resty's breaker has one probe, and its window is as long as the open time. By default its hedge
// sends at most three further requests a second, which delays each by another third of a second;
// that is switched off.
func restyClient() peer {
	return peer{
		name: "resty v3.0.0-rc.4",
		breaker: func(base http.RoundTripper, retries int) call {
			c := resty.New().SetTransport(base).SetTimeout(attemptTimeout).
				SetRetryCount(retries).SetRetryWaitTime(firstWait).SetRetryMaxWaitTime(maxWait).
				SetCircuitBreaker(resty.NewCircuitBreakerRatio(tripRatio, tripSamples, openTime))
			return throughResty(c)
		},
		hedge: func(base http.RoundTripper) call {
			return throughResty(resty.New().SetTransport(base).SetHedging(
				resty.NewHedging().SetDelay(hedgeDelay).SetMaxRequest(2).SetMaxRequestPerSecond(0)))
		},
	}
}

func throughResty(c *resty.Client) call {
	c.SetLogger(silent{})
	return func(ctx context.Context, url string) result {
		resp, err := c.R().SetContext(ctx).Get(url)
		if err != nil {
			return result{err: err}
		}
		return result{resp.StatusCode(), int64(len(resp.Bytes())), nil}
	}
}

// silent is a logger that logs nothing.
type silent struct{}

func (silent) Errorf(string, ...any) {}
func (silent) Warnf(string, ...any)  {}
func (silent) Debugf(string, ...any) {}
