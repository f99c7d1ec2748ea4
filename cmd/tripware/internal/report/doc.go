// Package report says, from an export of an Opsgenie account, what of it has a counterpart in
// JSM Operations, what must be changed by hand, and what has no counterpart.
//
// The rules are those of the table moving.tsv, which says what becomes of each operation of
// Opsgenie, and of package fromopsgenie, which says what a conversion loses. The file kinds.go
// says which operations decide about a kind of resource.
package report
