package canary

import (
	"encoding/xml"
	"html"
	"net/url"
	"strconv"
	"strings"
)

// element writes an XML element as encoding/xml escapes it.
func element(name, secret string) string {
	return "<a><" + Neighbour + ">" + Innocent + "</" + Neighbour + "><" + name + ">" + xmlText(secret) + "</" + name +
		"><zone>" + Innocent + "</zone></a>"
}

func xmlText(text string) string {
	var out strings.Builder
	if err := xml.EscapeText(&out, []byte(text)); err != nil {
		panic(err) // writing to a Builder never fails
	}
	return out.String()
}

func markupEncodings() []Encoding {
	return []Encoding{
		{Name: "XML", Write: element},
		{Name: "XML with a prefix and attributes", Write: func(name, secret string) string {
			return `<a><ns:` + name + ` kind="x>` + `">` + xmlText(secret) + `</ns:` + name + `><zone>` + Innocent + `</zone></a>`
		}},
		{Name: "XML with children", Write: func(name, secret string) string {
			return "<" + name + "><old>1</old><" + name + ">" + xmlText(secret) + "</" + name + "><new>" + xmlText(secret) +
				"</new></" + name + "><zone>" + Innocent + "</zone>"
		}},
		{Name: "XML CDATA", Write: func(name, secret string) string {
			return "<" + name + "><![CDATA[" + secret + "]]></" + name + "><zone>" + Innocent + "</zone>"
		}},
		{Name: "XML attribute", Write: func(name, secret string) string {
			return `<user ` + name + `="` + xmlText(secret) + `" zone="` + Innocent + `"/>`
		}},
		{Name: "XML attribute in apostrophes", Write: func(name, secret string) string {
			return `<user ` + name + ` = '` + xmlText(secret) + `' zone='` + Innocent + `'/>`
		}},
		{Name: "XML attributes that name and hold", Write: func(name, secret string) string {
			return `<add key="` + name + `" value="` + xmlText(secret) + `"/><add key="zone" value="` + Innocent + `"/>`
		}},
		{Name: "XML attribute that names the content", Write: func(name, secret string) string {
			return `<entry key="` + name + `">` + xmlText(secret) + `</entry><entry key="zone">` + Innocent + `</entry>`
		}},
		{Name: "JSON in XML", Write: func(name, secret string) string {
			return "<body>" + xmlText(goJSON(name, secret)) + "</body><zone>" + Innocent + "</zone>"
		}},
		{Name: "XML in XML", Write: func(name, secret string) string {
			return "<body>" + xmlText(element(name, secret)) + "</body><zone>" + Innocent + "</zone>"
		}},
		{Name: "JSON in HTML", Write: func(name, secret string) string {
			return "<pre>" + html.EscapeString(goJSON(name, secret)) + "</pre><b>" + Innocent + "</b>"
		}},
		{Name: "named entities", Write: func(name, secret string) string {
			text := strings.ReplaceAll(html.EscapeString(goJSON(name, secret)), "&#34;", "&quot;")
			return "<pre>" + text + "</pre><b>" + Innocent + "</b>"
		}},
		{Name: "a URL in HTML", Write: func(name, secret string) string {
			return `<a href="` +
				html.EscapeString("https://x.io/?"+Neighbour+"="+Innocent+"&"+name+"="+url.QueryEscape(secret)+"&zone="+Innocent) +
				`">` + Innocent + `</a>`
		}},
		{Name: "HTML of Handlebars", Write: func(name, secret string) string {
			return `<a href="` + strings.NewReplacer("&", "&amp;", "=",
				"&#x3D;").Replace("https://x.io/?"+name+"="+url.QueryEscape(secret)+"&zone="+Innocent) + `">` + Innocent + `</a>`
		}},
		{Name: "HTML in JSON", Write: func(name, secret string) string {
			return inString("<pre>" + html.EscapeString(goJSON(name, secret)) + "</pre>")
		}},
	}
}

// query writes a query with a parameter on each side of the secret.
func query(name, secret string) string {
	return Neighbour + "=" + Innocent + "&" + url.QueryEscape(name) + "=" + url.QueryEscape(secret) + "&zone=" + Innocent
}

// within returns a URL with a text in its query.
func within(text string) string {
	return "https://x.io/?next=" + url.QueryEscape(text) + "&zone=" + Innocent
}

func queryEncodings() []Encoding {
	return []Encoding{
		{Name: "query", Write: func(name, secret string) string { return "https://x.io/?" + query(name, secret) }},
		{Name: "form", Write: query},
		{Name: "query in a query", Write: func(name, secret string) string { return within("https://y.io/?" + query(name, secret)) }},
		{Name: "query in a query in a query", Write: func(name, secret string) string {
			return within(within("https://y.io/?" + query(name, secret)))
		}},
		{Name: "query encoded in a text", Write: func(name, secret string) string {
			return "see " + url.QueryEscape(query(name, secret)) + " " + Innocent
		}},
		{Name: "query encoded twice", Write: func(name, secret string) string {
			return "see " + url.QueryEscape(url.QueryEscape(query(name, secret))) + " " + Innocent
		}},
		{Name: "query encoded thrice", Write: func(name, secret string) string {
			return "see " + url.QueryEscape(url.QueryEscape(url.QueryEscape(query(name, secret)))) + " " + Innocent
		}},
		{Name: "query encoded more often than anyone does", Loose: true, Write: func(name, secret string) string {
			text := query(name, secret)
			for range 7 {
				text = url.QueryEscape(text)
			}
			return "see " + text + " " + Innocent
		}},
		{Name: "form with []", Write: func(name, secret string) string { return query(name+"[]", secret) }},
		{Name: "form with [0], bare", Write: func(name, secret string) string {
			return "user[" + name + "][0]=" + url.QueryEscape(secret) + "&zone=" + Innocent
		}},
		{Name: "form with [0]", Write: func(name, secret string) string { return query("user["+name+"][0]", secret) }},
		{Name: "JSON in a query", Write: func(name, secret string) string { return within(goJSON(name, secret)) }},
		{Name: "Python's JSON in a query", Write: func(name, secret string) string {
			return within(`{"zone": "` + Innocent + `", "` + name + `": ` + plainQuote(secret) + `}`)
		}},
		{Name: "JSON in a query in a query", Write: func(name, secret string) string { return within(within(goJSON(name, secret))) }},
	}
}

func urlEncodings() []Encoding {
	presigned := func(host string, names ...string) func(_, secret string) string {
		return func(_, secret string) string {
			link := []string{"https://" + host + "/bucket/object?zone=" + Innocent}
			for _, name := range names {
				link = append(link, name+"="+url.QueryEscape(secret))
			}
			return strings.Join(append(link, "X-Expires=60", Neighbour+"="+Innocent), "&")
		}
	}
	return []Encoding{
		{Name: "a URL with a user", Write: func(_, secret string) string {
			return "see https://bob:" + userinfo(secret) + "@x.io/" + Innocent + " " + Innocent
		}},
		{Name: "a URL without a scheme", Write: func(_, secret string) string {
			return "see //bob:" + userinfo(secret) + "@x.io/" + Innocent + " " + Innocent
		}},
		{Name: "a URL with a user in a query", Write: func(_, secret string) string {
			return within("https://bob:" + userinfo(secret) + "@y.io/")
		}},
		{Name: "a URL with a user in a path", Write: func(_, secret string) string {
			return "https://x.io/fetch/" + url.PathEscape("https://bob:"+userinfo(secret)+"@y.io/") + "?zone=" + Innocent
		}},
		{Name: "presigned by AWS", Write: presigned("s3.amazonaws.com", "X-Amz-Credential", "X-Amz-Security-Token", "X-Amz-Signature")},
		{Name: "presigned by AWS, version 2", Write: presigned("s3.amazonaws.com", "AWSAccessKeyId", "Signature")},
		{Name: "presigned by Google", Write: presigned("storage.googleapis.com", "X-Goog-Credential", "X-Goog-Signature")},
		{Name: "presigned by Azure", Write: presigned("x.blob.core.windows.net", "sig")},
		{Name: "an OAuth redirect", Write: presigned("x.io", "code", "jwt")},
	}
}

func lineEncodings() []Encoding {
	line := func(before, between, after string) func(name, secret string) string {
		return func(name, secret string) string { return before + name + between + secret + after }
	}
	return []Encoding{
		{Name: "header line", Write: line("Zone: "+Innocent+"\r\n", ": ", "\r\nZone: "+Innocent)},
		{Name: "header line without a blank", Write: line("Zone: "+Innocent+"\r\n", ":", "\r\nZone: "+Innocent)},
		{Name: "folded header line", Write: func(name, secret string) string {
			return "Zone: " + Innocent + "\r\n" + name + ":\r\n " + strings.ReplaceAll(secret, " ", "\r\n\t") + "\r\nZone: " + Innocent
		}},
		{Name: "curl -v", Write: line("> Zone: "+Innocent+"\n> ", ": ", "\n> Zone: "+Innocent)},
		{Name: "curl -H", Write: func(name, secret string) string {
			return "curl -H '" + name + ": " + strings.ReplaceAll(secret, "'", `'\''`) + "' -H 'Zone: " + Innocent + "' https://x.io/"
		}},
		{Name: "curl -d", Write: func(name, secret string) string {
			return `curl -d "` + name + "=" + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "%26", "%", "%25", "<", "%3C", ">",
				"%3E").Replace(secret) + `" -d zone=` + Innocent
		}},
		{Name: "Set-Cookie", Loose: true, Write: func(_, secret string) string {
			return "Zone: " + Innocent + "\r\nSet-Cookie: session=" + secret + "; Path=/; HttpOnly\r\nZone: " + Innocent
		}},
		{Name: "YAML", Write: line("zone: "+Innocent+"\n", ": ", "\nzone: "+Innocent+"\n")},
		{Name: "YAML, indented", Write: line("auth:\n  zone: "+Innocent+"\n  ", ": ", "\n  zone: "+Innocent+"\n")},
		{Name: "YAML in apostrophes", Write: func(name, secret string) string {
			return "zone: " + Innocent + "\n" + name + ": '" + strings.ReplaceAll(secret, "'", "''") + "'\nzone: " + Innocent
		}},
		{Name: "YAML block", Write: line("zone: "+Innocent+"\n", ": |\n  ", "\nzone: "+Innocent+"\n")},
		{Name: "TOML", Write: func(name, secret string) string {
			return "zone = '" + Innocent + "'\n" + name + " = " + plainQuote(secret) + "\nzone = '" + Innocent + "'\n"
		}},
		{Name: "ini", Write: line("[auth]\nzone = "+Innocent+"\n", " = ", "\nzone = "+Innocent+"\n")},
		{Name: "properties", Token: true, Write: line("zone="+Innocent+"\n", "=", "\nzone="+Innocent+"\n")},
		{Name: "log line", Token: true, Write: line("level=INFO zone="+Innocent+" ", "=", " zone="+Innocent)},
		{Name: "logfmt", Write: func(name, secret string) string {
			return "level=INFO zone=" + Innocent + " " + name + "=" + strconv.Quote(secret) + " zone=" + Innocent
		}},
		{Name: "log line with a colon", Token: true, Write: line("INFO zone:"+Innocent+" ", ":", " zone:"+Innocent)},
		{Name: "multipart form", Write: func(name, secret string) string {
			return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + secret +
				"\r\n--b\r\nContent-Disposition: form-data; name=\"zone\"\r\n\r\n" + Innocent + "\r\n--b--\r\n"
		}},
		{Name: "CSV of JSON", Write: func(name, secret string) string {
			return Innocent + `,"` + strings.ReplaceAll(goJSON(name, secret), `"`, `""`) + `",` + Innocent
		}},
		{Name: "SQL", Write: func(name, secret string) string {
			literal := "'" + strings.ReplaceAll(secret, "'", "''") + "'"
			return "UPDATE t SET " + underscored(name) + " = " + literal + " WHERE zone = '" + Innocent + "'"
		}},
	}
}
