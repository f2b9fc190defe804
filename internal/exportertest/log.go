package exportertest

import (
	"bytes"
	"log/slog"
	"sync"

	"github.com/prometheus/common/promslog"
)

// Log keeps what is logged.
type Log struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(line []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.Write(line)
}

// String is all that was logged.
func (l *Log) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.String()
}

// Logger is the exporter's usual logger at level debug, writing here.
func (l *Log) Logger() *slog.Logger {
	level := promslog.NewLevel()
	_ = level.Set("debug") // is a level
	return promslog.New(&promslog.Config{Level: level, Writer: l})
}

// Forget forgets what was logged so far, for tests that measure memory.
func (l *Log) Forget() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.text.Reset()
}
