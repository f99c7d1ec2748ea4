package rttest_test

import (
	"net/http"
	"testing"

	"github.com/tripware/tripware/rttest"
)

type passing struct{ base http.RoundTripper }

func (p *passing) RoundTrip(req *http.Request) (*http.Response, error) { return p.base.RoundTrip(req) }
func (p *passing) Unwrap() http.RoundTripper                           { return p.base }
func (p *passing) CloseIdleConnections() {
	if c, ok := p.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

func pass(base http.RoundTripper) http.RoundTripper { return &passing{base} }

func TestADecoratorThatDoesNothingPasses(t *testing.T) {
	t.Parallel()
	rttest.Run(t, pass, rttest.Unwraps())
}
