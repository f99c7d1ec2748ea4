package scoreboard

import (
	"net/http"

	"github.com/gregjones/httpcache"

	"github.com/tripware/tripware/rttest"
)

// Each decorator has its own cache, and adds no header to cached responses.
func cache() Peer {
	return Peer{
		Name: "gregjones/httpcache", Module: "github.com/gregjones/httpcache", Kind: KindOther,
		Settings: "A memory cache; MarkCachedResponses off.",
		Wrap: func(base http.RoundTripper) http.RoundTripper {
			return &httpcache.Transport{Transport: base, Cache: httpcache.NewMemoryCache()}
		},
		Claims: []rttest.Option{rttest.Caches()},
	}
}
