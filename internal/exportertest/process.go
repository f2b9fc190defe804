package exportertest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Process is a program that runs until the test ends.
type Process struct {
	// Log is all that it has said.
	Log *Log

	tb     TB
	name   string
	cmd    *exec.Cmd
	exited chan struct{}
	// err is how it exited, once it has.
	err  error
	stop sync.Once
}

// StartProcess starts a program. When the test ends it is told to end, and has
// to do so without an error; of a failed test its log is shown.
func StartProcess(tb TB, path string, arguments ...string) *Process {
	tb.Helper()
	p := &Process{Log: &Log{}, tb: tb, name: filepath.Base(path), exited: make(chan struct{})}
	p.cmd = exec.CommandContext(context.WithoutCancel(tb.Context()), path, arguments...) //nolint:gosec // a test names the program
	p.cmd.Stdout, p.cmd.Stderr = p.Log, p.Log
	if err := p.cmd.Start(); err != nil {
		tb.Fatalf("starting %s: %v", p.name, err)
	}
	go func() {
		defer close(p.exited)
		p.err = p.cmd.Wait()
	}()
	tb.Cleanup(func() {
		p.End()
		if tb.Failed() {
			tb.Logf("%s said:\n%s", p.name, lastLines(p.Log.String(), 100))
		}
	})
	return p
}

// End tells the process to end, as an orchestrator does, and waits until it has.
func (p *Process) End() {
	p.stop.Do(func() {
		p.Signal(syscall.SIGTERM)
		select {
		case <-p.exited:
		case <-time.After(Patience):
			_ = p.cmd.Process.Kill() // it may have ended this moment
			<-p.exited
			p.tb.Errorf("%s did not end when told to", p.name)
			return
		}
		if p.err != nil {
			p.tb.Errorf("%s ended with: %v", p.name, p.err)
		}
	})
}

// Signal sends the process a signal, unless it has ended.
func (p *Process) Signal(signal os.Signal) {
	if err := p.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.tb.Errorf("sending %s a %v: %v", p.name, signal, err)
	}
}

// Listening is where a Prometheus or an exporter that was told to take any port
// listens, as it logs it.
func (p *Process) Listening() string {
	p.tb.Helper()
	said := regexp.MustCompile(`msg="Listening on".* address=(\S+)`)
	var address string
	Eventually(p.tb, p.name+" listens", func() error {
		select {
		case <-p.exited:
			p.tb.Fatalf("%s ended: %v", p.name, p.err)
		default:
		}
		found := said.FindStringSubmatch(p.Log.String())
		if found == nil {
			return errors.New("it has not said where")
		}
		address = found[1]
		return nil
	})
	return address
}

func lastLines(text string, most int) string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-most):], "\n")
}
