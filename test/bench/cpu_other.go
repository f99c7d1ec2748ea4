//go:build !unix

package bench

import "time"

// spent returns the wall time where processor time is not to be had.
func spent() time.Duration { return time.Duration(time.Now().UnixNano()) }
