// Package moving has only tests. They run the code of docs/moving.md before and after the
// move, against the same server, and compare what it sees.
package moving
