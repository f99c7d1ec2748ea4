package inspect

import (
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// Curl returns a curl command, for a POSIX shell, that sends attempt n of a call again, with n
// counted from 1. Where the request had a secret, in a header or in the query, the command has
// "$TOKEN": set that variable before. It has the headers whose values are kept (see
// [WithHeaders]); a comment names those that are left out, also because they are long, and
// says if the URL is cut. A body is taken from a file called body, which is not written.
//
// If the record has no such attempt, or call is nil, Curl returns the empty string. A call
// that did not go through the layer of [Inspector.Attempts] has no headers.
func Curl(call *transport.Call, n int) string {
	if call == nil {
		return ""
	}
	s := storyOf(call)
	for i := range s.attempts {
		if s.attempts[i].number == n {
			return s.attempts[i].curl()
		}
	}
	return ""
}

func (a *scene) curl() string {
	if a.method == "" && a.url == "" {
		return ""
	}
	headers, left, typed := a.headerArguments()
	args, comments := append([]string{"curl"}, a.options()...), ""
	args = append(args, headers...)
	if a.length != 0 && a.method != http.MethodHead {
		if !typed {
			args = append(args, "-H 'Content-Type:'") // curl's default is a form
		}
		args = append(args, "--data-binary @body")
		size := "of unknown length"
		if a.length > 0 {
			size = fmt.Sprintf("%d bytes", a.length)
		}
		comments = fmt.Sprintf("# The body (%s) is not included: write it to the file body.\n", size)
	}
	if a.cut {
		comments += fmt.Sprintf("# The URL is cut after %d bytes: complete it.\n", maxURL)
	}
	if len(left) > 0 {
		comments += "# Headers left out: " + oneLine(strings.Join(left, ", ")) + "\n"
	}
	return comments + strings.Join(append(args, quoted(a.url)), " \\\n  ")
}

// options returns curl's options for the method and the URL.
func (a *scene) options() (args []string) {
	if strings.ContainsAny(a.url, "[]{}") {
		args = append(args, "--globoff")
	}
	if path, _, _ := strings.Cut(a.url, "?"); strings.Contains(path+"/", "/./") || strings.Contains(path+"/", "/../") {
		args = append(args, "--path-as-is")
	}
	switch {
	case a.method == http.MethodHead:
		return append(args, "--head") // with -X HEAD curl waits for a body
	case a.method != http.MethodGet || a.length != 0:
		return append(args, "-X "+quoted(a.method))
	}
	return args
}

// headerArguments returns the headers, and the names of those that are left out. typed reports
// whether there is a Content-Type.
func (a *scene) headerArguments() (args, left []string, typed bool) {
	for i := range a.request {
		f := &a.request[i]
		typed = typed || f.name == "Content-Type"
		switch {
		case f.secret:
			args = append(args, "-H "+secretArgument(f))
		case !f.kept, len(f.value) > maxHeader-utf8.UTFMax: // it may be cut
			left = append(left, f.name)
		case f.name == "Content-Length": // curl's own
		case f.value == "":
			args = append(args, "-H "+quoted(f.name+";"))
		default:
			args = append(args, "-H "+quoted(f.name+": "+showField(f)))
		}
	}
	return args, left, typed
}

// secretArgument returns a header with a credential as an argument.
func secretArgument(f *field) string {
	name := f.name + ": "
	if f.scheme != "" {
		name += f.scheme + " "
	}
	return quoted(name) + `"$TOKEN"`
}

// quoted returns text as one argument of a shell, with $TOKEN for what is masked.
func quoted(text string) string {
	var b strings.Builder
	for i, part := range strings.Split(text, redact.Mask) {
		if i > 0 {
			b.WriteString(`"$TOKEN"`)
		}
		if part != "" || text == "" {
			b.WriteString("'" + strings.ReplaceAll(part, "'", `'\''`) + "'")
		}
	}
	return b.String()
}
