package archive

import "fmt"

// inUse is the error for a folder to which another program writes.
func inUse(pid string) error {
	if pid != "" {
		pid = " (process " + pid + ")"
	}
	return fmt.Errorf("another export%s writes to this folder: wait until it has ended, or name another folder", pid)
}
