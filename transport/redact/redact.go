// Package redact hides secrets in what is printed: in texts, URLs and queries, and
// in values of its type Secret.
package redact

// Mask stands where a secret was.
const Mask = "***"
