package config

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestASecretFileIsReadWithoutMarkAndBlanks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	write(t, path, "\uFEFF pass word\r\n\n")
	if got, err := readSecretFile(path); err != nil || string(got) != "pass word" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestASecretFileThatCannotBeReadInTimeIsGivenUp(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	started := time.Now()
	_, err := inTime(20*time.Millisecond, "secret", func() ([]byte, error) {
		<-release
		return nil, nil
	})
	if err == nil || !strings.Contains(err.Error(), "secret: the file system did not answer within 20ms") || time.Since(started) > 10*time.Second {
		t.Errorf("%v after %s", err, time.Since(started))
	}
}
