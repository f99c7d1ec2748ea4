package clients_test

import (
	"context"
	"flag"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/test/clients"
	"github.com/tripware/tripware/transport"
)

const page = "../../docs/clients.md"

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestClients(t *testing.T) {
	clients.Run(t, []clients.Client{{
		Name: "net/http", After: plain,
		Record: "`transport.CallOf(resp)`, or `transport.CallOfError(err)` if no response came",
		Off:    "nothing, it has no retries of its own",
	}})
}

// The page is made of the rows; -update writes it from those that are stored.
func TestThePageIsWhatTheRowsGive(t *testing.T) {
	rows, err := clients.Rows()
	require.NoError(t, err)
	require.NotEmpty(t, rows)
	want, err := clients.Page(rows)
	require.NoError(t, err)
	if flag.Lookup("update").Value.String() == "true" {
		require.NoError(t, os.WriteFile(page, []byte(want), 0o644))
	}
	got, err := os.ReadFile(page)
	require.NoError(t, err)
	if want != string(got) {
		t.Errorf("%s is not what the rows give: make clients-page writes it", page)
	}
}

func plain(ctx context.Context, s clients.Site) clients.Outcome {
	rt := s.Chain()
	// line:
	client := &http.Client{Transport: rt}
	// end
	return put(ctx, client, s.URL)
}

func put(ctx context.Context, client *http.Client, url string) clients.Outcome {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, url+"/items/1", strings.NewReader(`{"name":"one"}`))
	if err != nil {
		return clients.Outcome{Err: err}
	}
	resp, err := client.Do(req)
	if err != nil {
		return clients.Outcome{Err: err}
	}
	return clients.Outcome{Response: resp, Err: resp.Body.Close()}
}

// Each of these clients does one thing that a client must not do.
func TestMeasureSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		client clients.Client
		want   string
	}{
		"sends more than its record has": {clients.Client{After: twice}, "scene reset: the record has 1 attempts, and the server saw 4 requests"},
		"sends more":                     {clients.Client{After: twiceInOneRecord}, "scene 503: 8 requests instead of 4"},
		"sends less":                     {clients.Client{After: once}, "scene 429 with a hint: 1 requests instead of 3"},
		"sends other bodies":             {clients.Client{After: changed}, "scene 503: the attempts have different bodies"},
		"has no record":                  {clients.Client{After: silent}, "scene 401: the record of the call was not found"},
		"hides the error":                {clients.Client{After: deaf}, "scene 503: the call failed is false, and should be true"},
		"has another record":             {clients.Client{After: plain, Record: "Begin"}, "scene 503: the record was found by CallOf instead of Begin"},
		"gives a reason that is outdated": {
			clients.Client{After: plain, Why: map[string]string{"401": "it sends no credential"}},
			"scene 401: the 2 requests are as planned",
		},
		"skips what does not exist": {clients.Client{After: plain, Skip: map[string]string{"502": ""}}, `there is no scene "502"`},
		"has no lines":              {clients.Client{After: bare}, "bare has no lines"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.client.Name = name
			_, err := clients.Measure(t.Context(), test.client)
			require.Error(t, err)
			assert.ErrorContains(t, err, test.want)
		})
	}
}

func twice(ctx context.Context, s clients.Site) clients.Outcome {
	// line:
	client := &http.Client{Transport: s.Chain()}
	// end
	put(ctx, client, s.URL)
	return put(ctx, client, s.URL)
}

func twiceInOneRecord(ctx context.Context, s clients.Site) clients.Outcome {
	ctx, call := transport.Begin(ctx)
	defer call.End()
	// line:
	return twice(ctx, s)
	// end
}

func once(ctx context.Context, s clients.Site) clients.Outcome {
	// line:
	client := &http.Client{Transport: transport.Chain(s.Base)}
	// end
	return put(ctx, client, s.URL)
}

func changed(ctx context.Context, s clients.Site) clients.Outcome {
	base, number := s.Base, 0
	s.Base = transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		number++
		req = req.Clone(req.Context())
		req.ContentLength = int64(number)
		req.Body = io.NopCloser(strings.NewReader(strings.Repeat("x", number)))
		return base.RoundTrip(req)
	})
	// line:
	client := &http.Client{Transport: s.Chain()}
	// end
	return put(ctx, client, s.URL)
}

func silent(ctx context.Context, s clients.Site) clients.Outcome {
	// line:
	client := &http.Client{Transport: s.Chain()}
	// end
	put(ctx, client, s.URL)
	return clients.Outcome{}
}

func deaf(ctx context.Context, s clients.Site) clients.Outcome {
	ctx, call := transport.Begin(ctx)
	defer call.End()
	silent(ctx, s)
	// line:
	return clients.Outcome{Record: call}
	// end
}

func bare(context.Context, clients.Site) clients.Outcome { return clients.Outcome{} }
