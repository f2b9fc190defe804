package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// writeChecksums writes the digests of the files of a release into a file
// beside them, in the format of sha256sum, and returns that file's name.
func writeChecksums(directory string, files []string) (string, error) {
	var lines strings.Builder
	for _, file := range files {
		content, err := os.ReadFile(filepath.Join(directory, file))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&lines, "%x  %s\n", sha256.Sum256(content), file)
	}
	const sums = "sha256sums.txt"
	err := os.WriteFile(filepath.Join(directory, sums), []byte(lines.String()), 0o644) //nolint:gosec // a release is for everybody to read
	return sums, err
}
