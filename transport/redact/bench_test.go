package redact_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tripware/tripware/transport/redact"
)

// hostile are the pieces whose repetition makes a text that is dear to read for a
// scanner that looks ahead or back without a bound.
var hostile = []string{
	`"`, `\"`, `\`, `"a":`, `"a"`, `"token":`, `"token":"`, `"token":{`, `"token":[`, `{"token":["`, `"token":\`, `"token":1`, `\\\"token\":\"`,
	`a=`, `=`, `= `, ` :`, `token=`, `token= `, "token: \n ", `token: `, `x token: `, `,token: x`, `(token:[`, `{Token:a `, `"x`, `'x'`, `""`, `"":""`, `"token":""x`,
	`a=%41`, `a=%25`, `a=%`, `%3D=`, `a%3D%2525=`, `%2525252525`, `a=b%41 `, `<token`, `<token>`, `<token a="`, `</token`, `<token/>`, `<a>`,
	`://`, `://a:b`, `://a:b@`, `://a:b/`, `//a:b `, `//a:b%2F%2Fa:b`, `:`, `Cookie:`, `Cookie:[`, `&quot;`, `&quot;token&quot;:`, `&amp;`, `&`, `&#x26;`,
	`Post "http://a/token": `, `POST /token: `, `/token: `, `"://a 'token': `, "a://token: /b",
	`\u0022`, `\u0022token\u0022:\u0022`, `[`, `{`, `a[`, `]`, `a]=`, `[]=`, `("token",`, `,`, `",`, `name="token"`, "name=token\n\n", `name:`, `name="token">`, `code=`, `?code=`,
	`{token:a| `, ` |x X-Api-Key: a",`, "\n|{token:a,|x", `"|token:a`, `{token:a| ,`, `"name:|"`, ` |token= a `,
	`"a\u0041":`, `"\\":`, "\n", "\n ", "a:\n", "token:\n  ", ` `, `x`, `é`, `-`,
}

// A3: the ns/B of a piece are the same whatever the size.
func BenchmarkText(b *testing.B) {
	for _, piece := range hostile {
		for _, size := range []int{1 << 10, 32 << 10, 1 << 20} {
			b.Run(fmt.Sprintf("%q/%dKiB", piece, size>>10), func(b *testing.B) {
				text := ""
				parts := strings.Split(piece, "|") // one after the other
				for _, part := range parts {
					text += strings.Repeat(part, size/len(parts)/len(part))
				}
				b.ReportAllocs()
				for b.Loop() {
					redact.Text(text)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(text)), "ns/B")
			})
		}
	}
}
