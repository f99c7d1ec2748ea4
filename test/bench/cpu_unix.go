//go:build unix

package bench

import (
	"syscall"
	"time"
)

// spent returns the processor time of the process: that of all its threads, the
// collector's included. What other programs take is not in it.
func spent() time.Duration {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage) // fails for a wrong argument only
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
