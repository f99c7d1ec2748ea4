// Package redact hides secrets in text that is about to be logged or printed.
//
// For most uses call [Text], or [Cut] if the text may be long. For a URL call [URL].
// To keep a secret of your own from being printed, store it as a [Secret].
//
// # What Text recognizes
//
// Text hides a value if it belongs to a secret name (see [SecretName]) in one of these forms:
//
//	JSON member            {"apiKey":"…"}, {"token":{…}}, {"name":"token","value":"…"}
//	query or form          ?apiKey=…&page=2, and there also code=… and jwt=…
//	XML                    <token id="1">…</token>, <a token="…"/>
//	header                 Authorization: Bearer …, with its continuation lines
//	configuration          password: … and password = …, as in YAML, TOML, ini and properties
//	log line               level=INFO token=… page=2
//	printed value          {Token:… Page:2}, {'token': '…'}, ('token', '…'), {:token=>"…"}
//	multipart form         name="token", an empty line, and the part up to its boundary
//	word in a sentence     the token: … was refused
//
// Text also hides the user part of a URL: https://…@example.com/.
//
// Each form is recognized in the clear and under up to four layers of percent-encoding,
// JSON escapes and HTML entities, in any mixture: token%3D…, {\"token\":\"…\"}. Text
// that is encoded more often than that is hidden up to the next separator. The text
// need not be well formed, and may be the beginning of a longer text (see [Prefix]).
// Where the end of a value is unclear, Text hides too much rather than too little.
//
// # What Text does not recognize
//
//   - a secret without a name, such as a key in a sentence, a URL path or a CSV column
//   - a secret under a name that SecretName does not know, such as session or pin
//   - anything inside base64, hex or compressed data
//   - what follows a URL or a path in an error: Post "https://example.com/token": …, POST /token: …
//   - the word after key or sig in the middle of a line: bad key: …
//
// # Limits
//
// The time and memory that Text needs grow linearly with the length of the text. [Cut],
// [Values] and [URL] bound that length; this module cuts values to [MaxValue] bytes and
// errors to [MaxError] bytes. Text of 4 GiB or more is replaced by [Mask] as a whole.
package redact

// Mask is what a secret is replaced by.
const Mask = "***"
