package config

import (
	"bytes"
	"fmt"
	"time"
)

const (
	// maxSecretBytes bounds the files that keys of the HTTP client configuration
	// name: bundles of certificates are the largest.
	maxSecretBytes = 4 << 20
	// secretPatience is how long such a file may take to be read.
	secretPatience = 2 * time.Second
)

// readSecretFile reads a file that a key of the HTTP client configuration names,
// without a byte order mark and without blanks around its content.
func readSecretFile(path string) ([]byte, error) {
	return inTime(secretPatience, path, func() ([]byte, error) {
		content, _, err := readRegularFile(path, maxSecretBytes)
		if err != nil {
			return nil, cleanError{err}
		}
		return bytes.TrimSpace(WithoutMark(content)), nil
	})
}

// inTime waits for a read no longer than some time: a file system that does not
// answer must hold up neither a reload nor the end of the program.
func inTime(patience time.Duration, path string, read func() ([]byte, error)) ([]byte, error) {
	type outcome struct {
		content []byte
		err     error
	}
	done := make(chan outcome, 1)
	go func() {
		content, err := read()
		done <- outcome{content, err}
	}()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case read := <-done:
		return read.content, read.err
	case <-timer.C:
		return nil, fmt.Errorf("%s: the file system did not answer within %s", cleanName(path), patience)
	}
}
