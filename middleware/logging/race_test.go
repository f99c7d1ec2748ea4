//go:build race

package logging_test

// The race detector allocates on its own account, and escape analysis differs under it.
const raced = true
