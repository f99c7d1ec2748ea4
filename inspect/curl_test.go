package inspect_test

import (
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// arguments returns what a shell makes of a command: the arguments of curl.
func arguments(t *testing.T, command string) []string {
	t.Helper()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh in PATH, as on Windows; the test passes the command to a real shell")
	}
	script := "TOKEN='a token'\ncurl() { for arg; do printf '%s\\n' \"$arg\"; done; }\n" + command
	out, err := exec.CommandContext(t.Context(), shell, "-c", script).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}

// T3: a shell reads a curl command as the request was, with $TOKEN in the place of secrets.
func TestCurlSendsTheRequestAgain(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		method, url string
		header      http.Header
		body        string
		want        []string
		comments    []string
	}{
		"plain": {url: "https://api.example.com/a", want: []string{"https://api.example.com/a"}},
		"body": {
			method: http.MethodPost, url: "https://api.example.com/a", body: "{}", header: http.Header{"Content-Type": {"application/json"}},
			want:     []string{"-X", "POST", "-H", "Content-Type: application/json", "--data-binary", "@body", "https://api.example.com/a"},
			comments: []string{"# The body (2 bytes) is not included: write it to the file body."},
		},
		"body without a type": {
			method: http.MethodPut, url: "https://api.example.com/a", body: "x",
			want:     []string{"-X", "PUT", "-H", "Content-Type:", "--data-binary", "@body", "https://api.example.com/a"},
			comments: []string{"# The body (1 bytes) is not included: write it to the file body."},
		},
		"head":  {method: http.MethodHead, url: "https://api.example.com/a", want: []string{"--head", "https://api.example.com/a"}},
		"globs": {url: "https://api.example.com/a?filter[x]={1}", want: []string{"--globoff", "https://api.example.com/a?filter[x]={1}"}},
		"dots":  {url: "https://api.example.com/a/../b?c=/./", want: []string{"--path-as-is", "https://api.example.com/a/../b?c=/./"}},
		"a hidden file": {
			url: "https://api.example.com/.well-known/..a?b=/../", want: []string{"https://api.example.com/.well-known/..a?b=/../"},
		},
		"a long URL": {
			url: "https://api.example.com/a?b=" + strings.Repeat("c", 5000), want: []string{"https://api.example.com/a?b=" + strings.Repeat("c", 997)},
			comments: []string{"# The URL is cut after 1024 bytes: complete it."},
		},
		"a long header": {
			url: "https://api.example.com/a", header: http.Header{"Accept": {strings.Repeat("a", 500)}}, want: []string{"https://api.example.com/a"},
			comments: []string{"# Headers left out: Accept"},
		},
		"quotes": {
			url: "https://api.example.com/it's?q=$(id)`id`", header: http.Header{"Accept": {`a'b"c$(id) \`}, "Accept-Language": {""}},
			want: []string{"-H", `Accept: a'b"c$(id) \`, "-H", "Accept-Language;", "https://api.example.com/it's?q=$(id)`id`"},
		},
		"secrets": {
			url: "https://api.example.com/a?apiKey=s3cr3t&page=2",
			header: http.Header{
				"Authorization": {"Digest s3cr3t"}, "Cookie": {"s=s3cr3t"}, "X-Api-Key": {"s3cr3t"}, "X-`id`-Token": {"s3cr3t"}, "X-Tenant": {"s3cr3t"}, "X-Other": {"s3cr3t"},
			},
			want: []string{
				"-H", "Authorization: Digest a token", "-H", "Cookie: a token", "-H", "X-Api-Key: a token", "-H", "X-`id`-Token: a token",
				"https://api.example.com/a?apiKey=a token&page=2",
			},
			comments: []string{"# Headers left out: X-Other, X-Tenant"},
		},
		"a key without a scheme": {
			url: "https://api.example.com/a", header: http.Header{"Authorization": {"my s3cr3t"}},
			want: []string{"-H", "Authorization: a token", "https://api.example.com/a"},
		},
		"user in the URL": {url: "https://me:s3cr3t@api.example.com/a", want: []string{"-H", "Authorization: Basic a token", "https://api.example.com/a"}},
		"presigned": {
			url: "https://b.s3.example.com/k?X-Amz-Credential=s3cr3t&X-Amz-Signature=s3cr3t&X-Goog-Signature=s3cr3t&AWSAccessKeyId=s3cr3t&sig=s3cr3t&code=s3cr3t&X-Amz-Expires=60",
			want: []string{
				"https://b.s3.example.com/k?X-Amz-Credential=a token&X-Amz-Signature=a token&X-Goog-Signature=a token&AWSAccessKeyId=a token&sig=a token&code=a token&X-Amz-Expires=60",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := inspect.New()
			rt := transport.Chain(roundTripper(memory), in.Calls(), in.Attempts())
			req := request(t, cmpOr(row.method, http.MethodGet), row.url, strings.NewReader(row.body))
			if row.header != nil {
				req.Header = row.header
			}
			resp, err := rt.RoundTrip(req)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			command := inspect.Curl(transport.CallOf(resp), 1)
			assert.NotContains(t, command, "s3cr3t")
			assert.Equal(t, row.want, arguments(t, command))
			var comments []string
			for line := range strings.Lines(command) {
				if strings.HasPrefix(line, "#") {
					comments = append(comments, strings.TrimSpace(line))
				}
			}
			assert.Equal(t, row.comments, comments)
		})
	}
}

func cmpOr(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// T3, A3: what is sent is seen below the credentials, and they are not shown.
func TestCurlHasTheCredentialsOfTheClient(t *testing.T) {
	t.Parallel()
	in := inspect.New(inspect.WithHeaders("X-Tenant", "X-Plan"))
	c := client(t, in, roundTripper(memory), tripware.WithAuth("https://api.example.com", auth.Header("X-Plan", redact.NewSecret("s3cr3t"))), tripware.WithAuth("https://api.example.com", auth.Bearer(redact.NewSecret("s3cr3t"))),
		tripware.WithAuth("https://api.example.com", auth.Query("appid", redact.NewSecret("s3cr3t"))),
		tripware.WithIdentity(transport.WithHeader("X-Tenant", "blue"), transport.WithTransactionHeader("")))
	resp, _ := send(t, c, request(t, http.MethodGet, "https://api.example.com/a", nil))
	assert.Equal(t, []string{
		"-H", "Authorization: Bearer a token", "-H", "User-Agent: " + tripware.UserAgent, "-H", "X-Plan: a token", "-H", "X-Tenant: blue",
		"https://api.example.com/a?appid=a token",
	}, arguments(t, inspect.Curl(transport.CallOf(resp), 1)))
}

// A name in a Host header that differs from the URL is sent again.
func TestCurlHasTheHost(t *testing.T) {
	t.Parallel()
	in := inspect.New()
	rt := transport.Chain(roundTripper(memory), in.Calls(), in.Attempts())
	at, err := url.Parse("http://127.0.0.1:8080/")
	require.NoError(t, err)
	resp, err := rt.RoundTrip((&http.Request{URL: at, Host: "api.example.com"}).WithContext(t.Context()))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, []string{"-H", "Host: api.example.com", "http://127.0.0.1:8080/"}, arguments(t, inspect.Curl(transport.CallOf(resp), 1)))
}
