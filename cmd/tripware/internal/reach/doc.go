// Package reach has only tests: they reach every operation of both vendors by its name,
// through the command line.
package reach
