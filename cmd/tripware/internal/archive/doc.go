// Package archive exports an Opsgenie account to a folder, verifies and compares such
// folders, and restores the configuration from them.
//
// One table of resources (table.go) says what the API has, how it is listed, which parts a
// resource has, and which members refer to other resources. The export, the verification,
// the comparison and the restoration all read that table.
//
// # The folder
//
//	manifest.json         what the export holds, and what is missing and why
//	index.jsonl           one line for each row: its file, hash and parts
//	teams/ID.json         a row: its JSON as it came, with its parts
//	files/alerts/ID/NAME  files of a row, such as attachments
//	journal.jsonl         only while an export is not finished: what is complete so far
//	.lock, .tmp           only for the program that writes
//
// A row's file is named after its id, not its name, so that two rows never share a file and
// no name of a server leads out of the folder. [Open] reads a finished folder.
package archive
