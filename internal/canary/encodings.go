package canary

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// An Encoding is the way in which a common encoder writes a member and its value.
type Encoding struct {
	Name string
	// Write writes a member with this name and secret. Before it, after it or both
	// there is another member, called [Neighbour] with the value [Innocent].
	Write func(name, secret string) string
	// Loose says that a value may contain the character that ends it, such as a
	// space, so that the text after a secret may have to be hidden too.
	Loose bool
	// Token says that a value cannot have spaces, quotes or backslashes.
	Token bool
}

// The member next to a secret.
const (
	Neighbour = "region"
	Innocent  = "innocent-42"
)

// Encodings returns all encodings. Where the standard library has an encoder, it is used.
func Encodings() []Encoding {
	var list []Encoding
	for _, some := range [][]Encoding{
		jsonEncodings(), goEncodings(), scriptEncodings(), markupEncodings(), queryEncodings(), urlEncodings(), lineEncodings(),
	} {
		list = append(list, some...)
	}
	return list
}

// An object is a secret between two other members.
type object struct {
	Before string
	Member string
	After  string
}

func marshal(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // a string always marshals
	}
	return string(text)
}

// plainJSON writes a member as JSON without HTML escapes.
func plainJSON(name, secret string) string {
	return `{"` + Neighbour + `":"` + Innocent + `","` + name + `":` + plainQuote(secret) + `,"` + Neighbour + `":"` + Innocent + `"}`
}

func plainQuote(text string) string {
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		panic(err) // as above
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// goJSON writes a member as encoding/json does by default.
func goJSON(name, secret string) string {
	return `{"` + Neighbour + `":"` + Innocent + `","` + name + `":` + marshal(secret) + `,"` + Neighbour + `":"` + Innocent + `"}`
}

// inString writes a text as a JSON string, next to another member.
func inString(text string) string {
	return `{"body":` + marshal(text) + `,"` + Neighbour + `":"` + Innocent + `"}`
}

// escaped writes the characters in set by their number, in the format given.
func escaped(text, set, format string) string {
	var out strings.Builder
	for _, r := range text {
		if strings.ContainsRune(set, r) {
			fmt.Fprintf(&out, format, r)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// dotNet writes a JSON string as System.Text.Json does, with quotes, + and & by number.
func dotNet(text string) string {
	body := strings.ReplaceAll(text, `\`, `\\`)
	return `"` + escaped(body, `"&+<>'`, `\u%04X`) + `"`
}

func jsonEncodings() []Encoding {
	return []Encoding{
		{Name: "Go JSON", Write: goJSON},
		{Name: "JSON without HTML escapes", Write: plainJSON},
		{Name: "pretty JSON", Write: func(name, secret string) string {
			return "{\n  \"" + Neighbour + "\" : \"" + Innocent + "\",\n  \"" + name + "\" : " + marshal(secret) + ",\n  \"" +
				Neighbour + "\" : \"" + Innocent + "\"\n}"
		}},
		{Name: "JSON in JSON", Write: func(name, secret string) string { return inString(goJSON(name, secret)) }},
		{Name: "JSON in JSON in JSON", Write: func(name, secret string) string { return inString(inString(goJSON(name, secret))) }},
		{Name: "JSON array", Write: func(name, secret string) string {
			return `{"` + name + `":[` + marshal(secret) + `,{"a":` + marshal(secret) + `}],"` + Neighbour + `":"` + Innocent + `"}`
		}},
		{Name: "JSON list of names and values", Write: func(name, secret string) string {
			return `[{"name":"` + name + `","value":` + marshal(secret) + `},{"name":"` + Neighbour + `","value":"` + Innocent + `"}]`
		}},
		{Name: "Gson", Write: func(name, secret string) string {
			return escaped(plainJSON(name, secret), "=&<>'", `\u%04x`)
		}},
		{Name: "Gson, a URL", Write: func(name, secret string) string {
			link := "https://x.io/v2?" + query(name, secret)
			return escaped(`{"next":"`+link+`","`+Neighbour+`":"`+Innocent+`"}`, "=&", `\u%04x`)
		}},
		{Name: "System.Text.Json", Write: func(name, secret string) string {
			return `{"` + name + `":` + dotNet(secret) + `,"` + Neighbour + `":"` + Innocent + `"}`
		}},
		{Name: "System.Text.Json, JSON in JSON", Write: func(name, secret string) string {
			return `{"body":` + dotNet(goJSON(name, secret)) + `,"` + Neighbour + `":"` + Innocent + `"}`
		}},
		{Name: "PHP JSON", Write: func(name, secret string) string {
			return strings.ReplaceAll(plainJSON(name, secret), "/", `\/`)
		}},
		{Name: "PHP JSON, a URL with a user", Write: func(_, secret string) string {
			return strings.ReplaceAll(`{"u":"https://bob:`+userinfo(secret)+`@x.io/","`+Neighbour+`":"`+Innocent+`"}`, "/", `\/`)
		}},
		{Name: "JSON lines by Java, a URL with a user and all slashes by number", Write: func(_, secret string) string {
			return escaped(`{"u":"https://bob:`+userinfo(secret)+`@x.io","`+Neighbour+`":"`+Innocent+`"}`, "/", `\u%04x`)
		}},
		{Name: "XML in JSON", Write: func(name, secret string) string { return inString(element(name, secret)) }},
		{Name: "header lines in JSON", Loose: true, Write: func(name, secret string) string {
			return inString("Accept: */*\r\n" + name + ": " + secret + "\r\nAccept: */*")
		}},
	}
}

// userinfo writes a password as in a URL.
func userinfo(secret string) string {
	_, password, _ := strings.Cut(url.UserPassword("u", secret).String(), ":")
	return password
}

func goEncodings() []Encoding {
	members := func(name, secret string) map[string]string {
		return map[string]string{"a" + Neighbour: Innocent, name: secret, "zone": Innocent}
	}
	header := func(name, secret string) http.Header {
		return http.Header{"A-" + Neighbour: {Innocent}, name: {secret}, "Zone": {Innocent}}
	}
	return []Encoding{
		{Name: "Go %v of a map", Loose: true, Write: func(name, secret string) string { return fmt.Sprintf("%v", members(name, secret)) }},
		{Name: "Go %#v of a map", Write: func(name, secret string) string { return fmt.Sprintf("%#v", members(name, secret)) }},
		{Name: "Go %+v of a struct", Loose: true, Write: func(name, secret string) string {
			return strings.Replace(fmt.Sprintf("%+v", object{Innocent, secret, Innocent}), "Member", identifier(name), 1)
		}},
		{Name: "Go %#v of a struct", Write: func(name, secret string) string {
			return strings.Replace(fmt.Sprintf("%#v", &object{Innocent, secret, Innocent}), "Member", identifier(name), 1)
		}},
		{Name: "Go %v of a header", Loose: true, Write: func(name, secret string) string {
			return fmt.Sprintf("%v", header(name, secret))
		}},
		{Name: "Go %#v of a header", Write: func(name, secret string) string { return fmt.Sprintf("%#v", header(name, secret)) }},
		{Name: "Go %v of url.Values", Loose: true, Write: func(name, secret string) string {
			return fmt.Sprintf("%v", url.Values(header(name, secret)))
		}},
		{Name: "Go %#v of url.Values", Write: func(name, secret string) string {
			return fmt.Sprintf("%#v", url.Values(header(name, secret)))
		}},
		{Name: "Go %q of JSON", Write: func(name, secret string) string {
			return fmt.Sprintf("body %q and "+Innocent, goJSON(name, secret))
		}},
	}
}

// identifier turns a name into an identifier of a programming language.
func identifier(name string) string { return strings.ReplaceAll(name, "-", "") }

// python writes a string as repr does: in single quotes, unless the string has a single
// quote and no double quote.
func python(text string) string {
	text = strings.ReplaceAll(text, `\`, `\\`)
	if strings.Contains(text, "'") && !strings.Contains(text, `"`) {
		return `"` + text + `"`
	}
	return "'" + strings.ReplaceAll(text, "'", `\'`) + "'"
}

func scriptEncodings() []Encoding {
	pairs := func(separator, before, after string, quoteName, quote func(string) string) func(name, secret string) string {
		return func(name, secret string) string {
			list := []string{quoteName(Neighbour) + separator + quote(Innocent), quoteName(name) + separator + quote(secret),
				quoteName("zone") + separator + quote(Innocent)}
			return before + strings.Join(list, ", ") + after
		}
	}
	bytes := func(text string) string { return "b" + python(text) }
	symbol := func(text string) string { return ":" + underscored(text) }
	apostrophes := func(text string) string { // like util.inspect, which chooses the quotes
		if strings.Contains(text, "'") && !strings.Contains(text, `"`) {
			return `"` + strings.ReplaceAll(text, `\`, `\\`) + `"`
		}
		return "'" + strings.ReplaceAll(strings.ReplaceAll(text, `\`, `\\`), "'", `\'`) + "'"
	}
	php := func(text string) string { return "string(" + strconv.Itoa(len(text)) + `) "` + text + `"` }
	return []Encoding{
		{Name: "Python json", Write: pairs(": ", "{", "}", strconv.Quote, plainQuote)},
		{Name: "Python dict", Write: pairs(": ", "{", "}", python, python)},
		{Name: "Python bytes", Write: pairs(": ", "{", "}", bytes, bytes)},
		{Name: "Python headers", Write: pairs(": ", "Headers({", "})", python, python)},
		{Name: "Python list of tuples", Write: func(name, secret string) string {
			return "[(" + python(Neighbour) + ", " + python(Innocent) + "), (" + python(name) + ", " + python(secret) +
				"), ('zone', '" + Innocent + "')]"
		}},
		{Name: "Python keyword arguments", Write: pairs("=", "Config(", ")", underscored, python)},
		{Name: "Python dict in JSON", Write: func(name, secret string) string {
			return inString("{" + python(name) + ": " + python(secret) + ", 'zone': '" + Innocent + "'}")
		}},
		{Name: "Ruby inspect", Write: pairs("=>", "{", "}", strconv.Quote, plainQuote)},
		{Name: "Ruby 3.4 inspect", Write: pairs(" => ", "{", "}", strconv.Quote, plainQuote)},
		{Name: "Ruby symbols", Write: pairs("=>", "{", "}", symbol, plainQuote)},
		{Name: "Ruby 3.4 symbols", Write: pairs(": ", "{", "}", underscored, plainQuote)},
		{Name: "JavaScript inspect", Write: pairs(": ", "{ ", " }", apostrophes, apostrophes)},
		{Name: "JavaScript inspect, a name without quotes", Write: pairs(": ", "{ ", " }", underscored, apostrophes)},
		{Name: "JavaScript Map", Write: pairs(" => ", "Map(3) { ", " }", apostrophes, apostrophes)},
		{Name: "Java map", Loose: true, Write: pairs("=", "{", "}", strings.Clone, strings.Clone)},
		{Name: "Java record", Loose: true, Write: pairs("=", "Config[", "]", underscored, strings.Clone)},
		{Name: "PHP print_r", Write: func(name, secret string) string {
			return "Array\n(\n    [" + Neighbour + "] => " + Innocent + "\n    [" + name + "] => " + secret + "\n    [zone] => " +
				Innocent + "\n)\n"
		}},
		{Name: "PHP var_dump", Loose: true, Write: func(name, secret string) string {
			return "array(2) {\n  [\"" + name + "\"]=>\n  " + php(secret) + "\n  [\"zone\"]=>\n  " + php(Innocent) + "\n}\n"
		}},
		{Name: "assignment to an index", Write: func(name, secret string) string {
			return "env[" + strconv.Quote(name) + "] = " + plainQuote(secret) + "\nzone = " + Innocent
		}},
	}
}

func underscored(name string) string { return strings.ReplaceAll(name, "-", "_") }
