package main

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// cpu is the CPU time that the process has used, all threads, user and system.
func (p *process) cpu() (time.Duration, error) {
	// CPUCLOCK_SCHED of another process, as in Linux' posix-timers.h.
	clock := int32(^p.Process.Pid<<3 | 2) //nolint:gosec // process ids have 22 bits
	var used unix.Timespec
	if err := unix.ClockGettime(clock, &used); err != nil {
		return 0, fmt.Errorf("reading the CPU clock of %s: %w", p.Path, err)
	}
	return time.Duration(used.Nano()), nil
}
