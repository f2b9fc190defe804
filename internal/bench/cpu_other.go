//go:build !linux

package main

import (
	"errors"
	"time"
)

// cpu cannot be told of another process here.
func (p *process) cpu() (time.Duration, error) {
	return 0, errors.New("the CPU time of another process is known on Linux only")
}
