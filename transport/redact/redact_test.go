package redact_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	encodings "github.com/tripware/tripware/internal/canary"
	"github.com/tripware/tripware/transport/redact"
)

// canary is a secret that no output may hold. It needs no escape in any format.
const canary = "ZQ7canary7QZ"

func TestKnowsTheNamesOfSecrets(t *testing.T) {
	t.Parallel()
	for name, secret := range map[string]bool{
		"apiKey": true, "api_key": true, "API-KEY": true, "x-api-key": true, "to\u212aen": true, "access_token": true,
		"password": true, "newPassword": true, "client_secret": true, "key": true, "sig": true, "Authorization": true,
		"proxy-authorization": true, "Set-Cookie": true, "user[password]": true, "auth.token": true, "secrets": true,
		"X-Amz-Signature": true, "X-Amz-Credential": true, "X-Amz-Security-Token": true, "AWSAccessKeyId": true, "Signature": true,
		"X-Goog-Signature": true, "X-Genie-Key": true, "Cookie": true, "\u017fecret": true, "pa\u017f\u017fword": true, "db_pwd": true,
		"token[]": true, "token[0]": true, "user[password][0]": true, "params['token']": true, "a.b[token][1][2]": true, "token]": true,
		"X-Super-Long-Name-Of-The-Api-Key": true, "really-really-really-long-api---key": true,
		"GoogleAccessId": false, "code": false, "jwt": false, "token[name]": false, "secret.name": false, "tokén": false, "[]": false, "]": false, "[0]": false,
		"really-really-really-long-key": false, "-_-": false,
		"": false, "alias": false, "keyword": false, "tokens": false, "monkey": false, "message": false, "secretary": false, "limit": false,
	} {
		assert.Equal(t, secret, redact.SecretName(name), "%q", name)
	}
}

// A3.
func TestShowsURLsWithoutTheirSecrets(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://api.example.com/v2/alerts":                              "https://api.example.com/v2/alerts",
		"https://api.example.com/v2/users/bob@example.com?x":             "https://api.example.com/v2/users/bob@example.com?x",
		"https://user:" + canary + "@example.com:8443/a#" + canary:       "https://example.com:8443/a",
		"https://example.com/?limit=5&apiKey=" + canary + "&order=asc":   "https://example.com/?limit=5&apiKey=***&order=asc",
		"https://example.com/?api%4bey=" + canary:                        "https://example.com/?api%4bey=***",
		"https://example.com/?a=1;token=" + canary + ";b":                "https://example.com/?a=1;token=***",
		"https://example.com/?%zz=" + canary:                             "https://example.com/?%zz=***",
		"https://example.com/?next=https%3A%2F%2Fx%3Fkey%3D" + canary:    "https://example.com/?next=***",
		"https://example.com/?next=https%3A%2F%2Fu%3A" + canary + "%40x": "https://example.com/?next=***",
		"https://example.com/?discount=100%25&q=a+b":                     "https://example.com/?discount=100%25&q=a+b",
		"https://[::1]:8443/a?":                                          "https://[::1]:8443/a?",
		"mailto:bob?token=" + canary:                                     "mailto:bob?token=***",
		"https://example.com/x;password=" + canary:                       "https://example.com/x;password=***",
	} {
		u, err := url.Parse(raw)
		require.NoError(t, err)
		before := *u
		assert.Equal(t, want, redact.URL(u))
		assert.Equal(t, before, *u, "the URL is only read")
	}
	assert.Empty(t, redact.URL(nil))
	for _, u := range []*url.URL{
		{Scheme: "http", Opaque: "//user:" + canary + "@example.com/path"},
		{Scheme: "http", Opaque: "//example.com/path?token=" + canary + "#" + canary},
		{Scheme: "http", Host: "user:" + canary + "@example.com"},
		{Scheme: "http", Host: "example.com", RawQuery: "token=a b\"" + canary},
	} {
		assert.NotContains(t, redact.URL(u), canary, "%#v", u)
	}
}

// A3.
func TestShowsTextsWithoutTheirSecrets(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``: ``,
		`plain words, a "quote", a = b, c: d <e>`:                         `plain words, a "quote", a = b, c: d <e>`,
		`{"message":"x","apiKey":"` + canary + `","n":1}`:                 `{"message":"x","apiKey":"***","n":1}`,
		`{ "token" : "a\"` + canary + `\\" , "n" : 1 }`:                   `{ "token" : "***" , "n" : 1 }`,
		`{"token":7` + canary + `,"n":1}`:                                 `{"token":"***","n":1}`,
		`{"token":["` + canary + `",{"a":"]}"}],"n":[1]}`:                 `{"token":"***","n":[1]}`,
		`[{"secret":true},{"secret":null}]`:                               `[{"secret":"***"},{"secret":"***"}]`,
		`{"api\u004bey":"` + canary + `"}`:                                `{"api\u004bey":"***"}`,
		`{"body":"{\"token\":\"` + canary + `\",\"n\":1}"}`:               `{"body":"{\"token\":\"***\",\"n\":1}"}`,
		`{"body":"{\"token\":5,\"n\":{\"secret\":7}}","n":1}`:             `{"body":"{\"token\":\"***\",\"n\":{\"secret\":\"***\"}}","n":1}`,
		`{"a":"{\"b\":\"{\\\"token\\\":\\\"` + canary + `\\\"}\"}"}`:      `{"a":"{\"b\":\"{\\\"token\\\":\\\"***\\\"}\"}"}`,
		`{"next":"https://x.io/v2?offset=5\u0026key=` + canary + `"}`:     `{"next":"https://x.io/v2?offset=5\u0026key=***"}`,
		`{"next":"https:\/\/u:` + canary + `@x.io\/v2"}`:                  `{"next":"https:\/\/***@x.io\/v2"}`,
		`Get "https://u:` + canary + `@x.io/?apiKey=` + canary + `": EOF`: `Get "https://***@x.io/?apiKey=***": EOF`,
		`parse "http://u:a/` + canary + `@x.io": invalid port`:            `parse "http://***@x.io": invalid port`,
		`http://u:` + canary:                                              `http://***`,
		`dial http://x.io:8080/users/bob@x.io: refused`:                   `dial http://x.io:8080/users/bob@x.io: refused`,
		"Authorization: GenieKey " + canary + "\r\nAccept: */*":           "Authorization: ***\r\nAccept: */*",
		`map[Authorization:[GenieKey ` + canary + `]]`:                    `map[Authorization:***]`,
		`password="a b ` + canary + `" n=1`:                               `password="***" n=1`,
		`a=1&user[password]=` + canary + `&b=2`:                           `a=1&user[password]=***&b=2`,
		`<a><ns:apiKey x="1">` + canary + `</ns:apiKey><b>1</b></a>`:      `<a><ns:apiKey>***</ns:apiKey><b>1</b></a>`,
		`<password><![CDATA[` + canary + `]]></password>`:                 `<password>***</password>`,
	} {
		assert.Equal(t, want, redact.Text(text))
	}
}

// A3: what the encodings do not tell of.
func TestTellsSecretsFromWhatLooksLikeThem(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`\`, 31) // of JSON in JSON, five times
	for text, want := range map[string]string{
		`OAuth::Token::Invalid: x`:                                         `OAuth::Token::Invalid: x`,
		`token expired, the key: value pair, exit code=1, code: 429`:       `token expired, the key: value pair, exit code=1, code: 429`,
		`oauth2: cannot fetch token: 400 Bad Request`:                      `oauth2: cannot fetch token: 400 Bad Request`,
		`use http://host:port for it, or mail`:                             `use http://host:port for it, or mail`,
		`C:\token and D:\new`:                                              `C:\token and D:\new`,
		`map[Accept:[x] Authorization:[GenieKey ` + canary + `] Zone:[1]]`: `map[Accept:[x] Authorization:*** Zone:[1]]`,
		`a token: Bearer ` + canary + ` was sent`:                          `a token: *** was sent`,
		`the password: ` + canary + ` is wrong`:                            `the password: *** is wrong`,
		`sent Authorization: Basic ` + canary + ` to x`:                    `sent Authorization: ***`,
		"> token: a\"\",, " + canary + "\n> Accept: x":                     "> token: ***\n> Accept: x",
		`x,"{""token"":""a\""\"",` + canary + `"",""n"":1}",y`:             `x,"{""token"":""***"",""n"":1}",y`,
		`{"a":"Accept: x\r\ntoken: ` + canary + `","n":1}`:                 `{"a":"Accept: x\r\ntoken: ***","n":1}`,
		`{"a":"X-Api-Key: ` + canary + `","n":1}`:                          `{"a":"X-Api-Key: ***","n":1}`,
		`{"a":"sent X-Api-Key: ` + canary + `","n":1}`:                     `{"a":"sent X-Api-Key: ***","n":1}`,
		`{"a":"code=` + canary + `&b=1","n":1}`:                            `{"a":"code=` + canary + `&b=1","n":1}`,
		`code=` + canary + `&state=1`:                                      `code=***&state=1`,
		`{"a":"\"token\":\"` + canary + `\"","n":1}`:                       `{"a":"\"token\":\"***\"","n":1}`,
		`parse "https://bob:a ` + canary + `@x.io/": invalid`:              `parse "https://***@x.io/": invalid`,
		`<token kind="a>` + canary + `" /> and more`:                       `<token *** /> and more`,
		`<token/><token></token><tokens>1</tokens>`:                        `<token/><token></token><tokens>1</tokens>`,
		`{"token":"","password":null,"n":""}`:                              `{"token":"","password":"***","n":""}`,
		"token:\n  - " + canary + "\n  - b\nn: 1":                          "token:***\nn: 1",
		"{\"token\": 5\n, \"n\": 1}":                                       "{\"token\": \"***\"\n, \"n\": 1}",
		`{&quot;token&quot;:5,&quot;n&quot;:1}`:                            `{&quot;token&quot;:&quot;***&quot;,&quot;n&quot;:1}`,
		`{'token': 5, 'n': 1}`:                                             `{'token': '***', 'n': 1}`,
		`%7B%22token%22%3A5%7D`:                                            `%7B%22token%22%3A%22***%22%7D`,
		`{` + deep + `"token` + deep + `":` + canary + `} "b"`:             `{***"b"`,
	} {
		assert.Equal(t, want, redact.Text(text))
	}
	for query, want := range map[string]string{
		"": "", "&": "&", "a=b&c": "a=b&c", "q=50%" + canary: "q=***", "a=1&code=" + canary + "&b=2": "a=1&code=***&b=2", "%2574oken=" + canary: "%2574oken=***",
		"jwt=" + canary: "jwt=***", "token=***&a=b": "token=***&a=b",
	} {
		assert.Equal(t, want, redact.Query(query))
	}
	text := `parse "https://bob:a ` + canary + `@x.io/`
	for cut := range len(text) {
		assert.NotContains(t, redact.Prefix(text[:cut]), canary[:2], "cut at %d", cut)
	}
}

// A3: the last segment of a path is not the name of what follows.
func TestTellsAPathFromTheNameOfASecret(t *testing.T) {
	t.Parallel()
	for _, shown := range []string{
		`auth: sign request: token request: services: POST /token: 400: invalid_grant`,
		`services: GET /v2/users/{id}/password: 404 Not Found`,
		`GET /oauth/token: EOF`,
		`token request: Post "http://127.0.0.1:1/token": dial tcp 127.0.0.1:1: connect: connection refused`,
		`Post "https://id.example.com/oauth2/token": EOF`,
		`{"error":"Post \"https://id.example.com/token\": EOF","n":1}`,
		`https://id.example.com/oauth2/token: EOF`,
	} {
		assert.Equal(t, shown, redact.Text(shown))
	}
	for text, want := range map[string]string{
		`POST /token: token: ` + canary:                   `POST /token: token: ***`,
		`POST /token: {"token": "` + canary + `"}`:        `POST /token: {"token": "***"}`,
		`Post "https://x.io/token": password=` + canary:   `Post "https://x.io/token": password=***`,
		`Post "https://x.io/?token=` + canary + `": EOF`:  `Post "https://x.io/?token=***": EOF`,
		`user/password: ` + canary:                        `user/password: ***`,
		`the login /password: ` + canary:                  `the login /password: ***`,
		`/token: ` + canary:                               `/token: ***`,
		`REPOST /token: ` + canary:                        `REPOST /token: ***`,
		`POST /token:` + canary:                           `POST /token:***`,
		`POST /token :` + canary:                          `POST /token :***`,
		`POST /a token: ` + canary:                        `POST /a token: ***`,
		`POST /a?b=/token= ` + canary:                     `POST /a?b=/token= ***`,
		`{"https://x.io/token": "` + canary + `"}`:        `{"https://x.io/token": "***"}`,
		`{"a":1, "https://x.io/token": "` + canary + `"}`: `{"a":1, "https://x.io/token": "***"}`,
		`{"/db/password": "` + canary + `"}`:              `{"/db/password": "***"}`,
		"https://x.io \"a\ntoken\": " + canary:            "https://x.io \"a\ntoken\": \"***\"",
		`see "https://x.io" and "token": ` + canary:       `see "https://x.io" and "token": "***"`,
		`say "https://x.io/a", "token": "` + canary + `"`: `say "https://x.io/a", "token": "***"`,
	} {
		assert.Equal(t, want, redact.Text(text), text)
	}
}

// A3: a body is cut off where its bound lies.
func TestHidesASecretWhereverTheTextIsCutOff(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"n":1,"apiKey":"` + canary + `"}`,
		`{"body":"{\"token\":\"` + canary + `\"}"}`,
		`{"token":{"a":["` + canary + `"]}}`,
		`a=1&token=` + canary,
		`<password>` + canary + `</password>`,
		`{"url":"https://user:` + canary + `@x.io"}`,
		`Authorization: Basic ` + canary,
	} {
		for cut := range len(text) {
			assert.NotContains(t, redact.Text(text[:cut]), canary[:2], "cut at %d", cut)
			assert.NotContains(t, redact.Prefix(text[:cut]), canary[:2], "cut at %d", cut)
		}
	}
}

// A3: nothing tells a user from a host before the '@'.
func TestAURLThatIsCutOffLosesItsHost(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"see https://" + canary + "@x.io/a", "https://user:7" + canary + "@x.io", `{"a":"https:\/\/` + canary + `@x.io\/"}`} {
		for cut := range len(text) {
			assert.NotContains(t, redact.Prefix(text[:cut]), canary[:2], "cut at %d", cut)
		}
	}
	for text, want := range map[string]string{
		"": "", "/": "/", "a/b": "a/b", "https://x.io/a": "https://x.io/a", `"https://x.io" and more`: `"https://x.io" and more`,
		"https://user:1": "https://***", "https://": "https://", "token=" + canary: "token=***",
	} {
		assert.Equal(t, want, redact.Prefix(text))
	}
}

func TestJSONStaysJSON(t *testing.T) {
	t.Parallel()
	inner, err := json.Marshal(map[string]any{"password": []int{1}, "token": 5, "x": "\\\"", "key": "\\"})
	require.NoError(t, err)
	text, err := json.Marshal(map[string]any{"apiKey": nil, "body": string(inner), "n": 1, "secret": map[string]any{"a": "}"}})
	require.NoError(t, err)
	var outer struct {
		APIKey, Body, Secret string
		N                    int
	}
	require.NoError(t, json.Unmarshal([]byte(redact.Text(string(text))), &outer))
	assert.Equal(t, "***", outer.APIKey)
	assert.Equal(t, "***", outer.Secret)
	assert.Equal(t, 1, outer.N)
	assert.JSONEq(t, `{"password":"***","token":"***","x":"\\\"","key":"***"}`, outer.Body)
}

// A3.
func FuzzRedactText(f *testing.F) {
	f.Add("", "", uint8(0), 0)
	f.Add(`"token":"`, `"}`, uint8(1), 20)
	f.Add(`"x":"\`, `,"a":1}`, uint8(2), 40)
	f.Add(`\`, `\`, uint8(9), 1000)
	f.Add(`0`, `:"0`, uint8('*'), -3)
	f.Add(`%=`, `0`, uint8('6'), 996)
	f.Add(`<token>`, `</`, uint8(4), 60)
	names := []string{"apiKey", "token", "Password", "client_secret"}
	f.Fuzz(func(t *testing.T, before, after string, form uint8, cut int) {
		if strings.Contains(before+after, "ZQ") || strings.HasSuffix(before, "Z") {
			t.Skip("the frame holds what must not be found")
		}
		document, err := json.Marshal(map[string]string{names[form%4]: canary, "b": after})
		require.NoError(t, err)
		if form&4 != 0 {
			document = []byte(strings.Trim(string(document), "{}"))
		}
		if form&8 != 0 {
			document, err = json.Marshal(string(document))
			require.NoError(t, err)
		}
		text := before + string(document) + after
		shown := redact.Text(text)
		assert.NotContains(t, shown, canary)
		assert.Equal(t, shown, redact.Text(shown), "once more changes nothing")
		if cut >= 0 && cut < len(text) {
			assert.NotContains(t, redact.Text(text[:cut]), canary)
		}
	})
}

// A3: of any text.
func FuzzText(f *testing.F) {
	for _, e := range encodings.Encodings() {
		f.Add(e.Write("apiKey", "a b"))
	}
	for _, piece := range hostile {
		f.Add(piece + piece)
	}
	f.Add(`{a=apiKey=x, apiKey=a b, c}`)
	f.Add("https://x.itps%3A%2F%2Fy.io%3FapiKey%3Da%?%26")
	f.Fuzz(func(t *testing.T, text string) {
		shown := redact.Text(text)
		assert.Equal(t, shown, redact.Text(shown), "once more changes nothing")
		assert.LessOrEqual(t, len(shown), 16*len(text))
		redact.Prefix(text)
		redact.Query(text)
		redact.URL(&url.URL{Host: text, Path: text, RawQuery: text})
		redact.URL(&url.URL{Opaque: text})
		assert.LessOrEqual(t, len(redact.Cut(text, 16)), 16*16+len("… (1234567 bytes)"))
	})
}

// A3.
func FuzzRedactURL(f *testing.F) {
	f.Add("user", "example.com", "/v2/alerts", "limit=5", "order=asc", "//example.com")
	f.Add("", "", "", "%", ";", "?")
	f.Fuzz(func(t *testing.T, user, host, path, before, after, opaque string) {
		if strings.Contains(strings.Join([]string{user, host, path, before, after, opaque}, "\x00"), "ZQ") {
			t.Skip("the frame holds what must not be found")
		}
		u := &url.URL{
			Scheme: "https", User: url.UserPassword(user, canary), Host: host, Path: path,
			RawQuery: before + "&apiKey=" + canary + "&" + after, Fragment: canary,
		}
		assert.NotContains(t, redact.URL(u), canary)
		u.Host = user + ":" + canary + "@" + host
		assert.NotContains(t, redact.URL(u), strings.TrimSpace(canary))
		u.Host, u.Opaque = host, opaque+"?apiKey="+canary+"&"+after
		assert.NotContains(t, redact.URL(u), canary)
	})
}
