package logs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/logs"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

const marker = "2026-05-26-07-52-17_123"

func file() logs.File {
	return logs.File{Name: marker + ".json", Date: logs.Time{Time: time.Date(2026, 5, 26, 7, 52, 17, 123*int(time.Millisecond), time.UTC)}, Size: 10823}
}

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const first = "2026-05-26-00-00-00"
	const link = "https://logs.example.com/2026.json?Signature=a%2Fb"
	all := func(ctx context.Context, s api) (any, error) {
		return apitest.Collect(s.All(ctx, logs.ListRequest{Marker: first, Limit: 1}))
	}
	download := func(ctx context.Context, s api) (any, error) {
		return apitest.Value(s.DownloadLink(ctx, marker+".json"))
	}
	answered := func(answer string) apitest.Exchange {
		return apitest.Exchange{Send: "GET /v2/logs/download/" + marker + ".json", Answer: answer}
	}
	page := apitest.Exact("GET /v2/logs/list/"+first+"?limit=1", "", 200, "list")
	last := apitest.Exact("GET /v2/logs/list/"+marker+"?limit=1", "", 200, "list_last")
	apitest.Run(t, open, []row{
		{
			Name: "List",
			Call: func(ctx context.Context, s api) (any, error) {
				return s.List(ctx, logs.ListRequest{Marker: first, Limit: 1})
			},
			Exchange: page,
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				files, ok := got.(*services.Result[[]logs.File])
				require.True(tb, ok)
				assert.Equal(tb, []logs.File{file()}, files.Value)
				assert.Equal(tb, marker, files.Meta.Marker)
			},
		},
		sends("List/as the server likes it", "GET /v2/logs/list/"+first, "", 200, "list", nil, func(ctx context.Context, s api) (*services.Result[[]logs.File], error) {
			return s.List(ctx, logs.ListRequest{Marker: first})
		}),
		{Name: "List/from nowhere", Err: services.ErrArgument, Call: func(ctx context.Context, s api) (any, error) { return s.List(ctx, logs.ListRequest{}) }},
		{Name: "All", Call: all, Exchange: page, Then: []apitest.Exchange{last}, Want: []logs.File{file()}},
		{Name: "All/in a circle", Call: all, Exchange: page, Err: services.ErrResponse, Want: nil,
			Then: []apitest.Exchange{apitest.Exact("GET /v2/logs/list/"+marker+"?limit=1", "", 200, "list")}},
		{Name: "All/without a marker", Call: all, Want: []logs.File{{Name: "a"}},
			Exchange: apitest.Exchange{Send: page.Send, Answer: `{"data":[{"filename":"a"}]}`}},
		{Name: "All/of another plan", Call: all, Err: services.ErrPlan,
			Exchange: apitest.Exchange{Send: page.Send, Status: 402, Answer: `{"message":"no"}`}},
		{Name: "All/broken off", Exchange: page, Want: file(), Call: func(ctx context.Context, s api) (any, error) {
			for file, err := range s.All(ctx, logs.ListRequest{Marker: first, Limit: 1}) {
				return file, err
			}
			return "", nil
		}},
		{Name: "All/from nowhere", Err: services.ErrArgument, Call: func(ctx context.Context, s api) (any, error) {
			return apitest.Collect(s.All(ctx, logs.ListRequest{}))
		}},
		{Name: "DownloadLink", Call: download, Exchange: answered(link + "\n"), Want: link},
		{Name: "DownloadLink/that is none", Call: download, Exchange: answered(`{"message":"x"}`), Err: services.ErrResponse},
		{Name: "DownloadLink/that is empty", Call: download, Exchange: answered(""), Err: services.ErrResponse},
		{Name: "DownloadLink/that is too long", Call: download, Exchange: answered(link + strings.Repeat("a", 64<<10)), Err: services.ErrResponse},
		{Name: "DownloadLink/of nothing", Err: services.ErrArgument, Call: func(ctx context.Context, s api) (any, error) {
			return s.DownloadLink(ctx, "")
		}},
	})
}

// A list can be run through twice: it begins where it was told to.
func TestASequenceBeginsAnewEachTime(t *testing.T) {
	t.Parallel()
	var asked []string
	s, err := open(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		asked = append(asked, req.URL.Path)
		answer := `{"data": [{"filename": "f"}], "marker": "m2"}`
		if strings.HasSuffix(req.URL.Path, "m2") {
			answer = `{"data": []}`
		}
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(answer)), Request: req}, nil
	}))
	require.NoError(t, err)
	files := s.All(t.Context(), logs.ListRequest{Marker: "m1"})
	for range 2 {
		got, err := apitest.Collect(files)
		require.NoError(t, err)
		assert.Len(t, got, 1)
	}
	assert.Equal(t, []string{"/v2/logs/list/m1", "/v2/logs/list/m2", "/v2/logs/list/m1", "/v2/logs/list/m2"}, asked)
}

// What is no link stays out of the error: it may be a secret all the same.
func TestAnErrorDoesNotQuoteTheAnswer(t *testing.T) {
	t.Parallel()
	s, err := open(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("signature-of-it")), Request: req}, nil
	}))
	require.NoError(t, err)
	_, err = s.DownloadLink(t.Context(), "f")
	require.EqualError(t, err, "services: GET /v2/logs/download/{filename}: 200: the response is not a link")
}

func TestAMarkerIsATimeInUTC(t *testing.T) {
	t.Parallel()
	berlin := time.FixedZone("", 2*60*60)
	assert.Equal(t, marker, logs.MarkerAt(time.Date(2026, 5, 26, 9, 52, 17, 123456789, berlin)))
	assert.Equal(t, "2026-05-26-00-00-00_000", logs.MarkerAt(time.Date(2026, 5, 26, 0, 0, 0, 0, time.UTC)))
}

// S8: a date of an unexpected type costs neither the file nor the list.
func TestADateMayBeOfAnotherType(t *testing.T) {
	t.Parallel()
	_, err := apitest.Verify(t.Context(), open, row{
		Call: func(ctx context.Context, s api) (any, error) {
			got, err := s.List(ctx, logs.ListRequest{Marker: "m"})
			require.NoError(t, err)
			assert.Equal(t, []logs.File{{Name: "a", Size: 1}, file()}, got.Value)
			return got.Meta.Mismatches, nil
		},
		Exchange: apitest.Exchange{Send: "GET /v2/logs/list/m", Answer: `{"data":[{"filename":"a","date":"today","size":1},{"filename":"` + file().Name + `","date":1779781937123,"size":10823}]}`},
		Want:     []services.Mismatch{{Path: "data[0].date", Got: "string"}},
	})
	require.NoError(t, err)
}

func TestAFileIsWrittenAsItWasRead(t *testing.T) {
	t.Parallel()
	for _, want := range []logs.File{file(), {Name: "a", Size: 1}} {
		text, err := json.Marshal(want)
		require.NoError(t, err)
		var got logs.File
		require.NoError(t, json.Unmarshal(text, &got))
		assert.Equal(t, want, got)
	}
}

func ExampleNew() {
	answers := []string{
		`{"data": [{"filename": "2026-05-26-07-52-17_123.json", "date": 1779781937123, "size": 10823}], "marker": "2026-05-26-07-52-17_123"}`,
		`{"data": []}`,
	}
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		fmt.Println(req.Method, req.URL.Path)
		body := io.NopCloser(strings.NewReader(answers[0]))
		answers = answers[1:]
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	since := logs.MarkerAt(time.Date(2026, 5, 26, 0, 0, 0, 0, time.UTC))
	for file, err := range logs.New(client).All(context.Background(), logs.ListRequest{Marker: since}) {
		if err != nil {
			panic(err)
		}
		fmt.Println(file.Name, file.Size)
	}
	// Output:
	// GET /v2/logs/list/2026-05-26-00-00-00_000
	// 2026-05-26-07-52-17_123.json 10823
	// GET /v2/logs/list/2026-05-26-07-52-17_123
}
