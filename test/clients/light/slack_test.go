package light_test

import (
	"context"
	"net/http"

	"github.com/slack-go/slack"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/test/clients"
	"github.com/tripware/tripware/transport"
)

func slackGo() clients.Client {
	return clients.Client{
		Name: "slack-go", Module: "github.com/slack-go/slack",
		Before: func(ctx context.Context, s clients.Site) clients.Outcome {
			ctx, call := transport.Begin(ctx)
			defer call.End()
			own := slack.RetryConfig{MaxRetries: own, RetryAfterDuration: short, BackoffInitial: short, BackoffMax: short}
			own.Handlers = slack.AllBuiltinRetryHandlers(own)
			client := slack.New("xoxb-1", slack.OptionAPIURL(s.URL+"/"),
				slack.OptionHTTPClient(&http.Client{Transport: s.Chain()}), slack.OptionRetryConfig(own))
			_, err := client.AuthTestContext(ctx)
			return clients.Outcome{Err: err, Record: call}
		},
		After: func(ctx context.Context, s clients.Site) clients.Outcome {
			rt, token := s.Chain(), "xoxb-1"
			// line:
			client := slack.New(token, slack.OptionHTTPClient(&http.Client{Transport: rt}))
			ctx = retry.Safe(ctx) // for a call that only reads: Slack uses POST for all calls
			// end
			slack.OptionAPIURL(s.URL + "/")(client)
			ctx, call := transport.Begin(ctx)
			defer call.End()
			_, err := client.AuthTestContext(ctx)
			return clients.Outcome{Err: err, Record: call}
		},
		Answer: func(w http.ResponseWriter, _ *http.Request, status int) {
			write(w, status, `{"ok":true}`)
		},
		Own:    "3, if set",
		Record: "`transport.Begin`",
		Off:    "`OptionRetry` and `OptionRetryConfig`: leave them out",
		Cannot: "a message is retried after a 429 only, because a second `chat.postMessage` would post it twice: leave `retry.Safe` out there",
	}
}
