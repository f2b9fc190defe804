// Package e2e holds no code but tests: of the exporter's own program, beside a
// real Prometheus and a real Alertmanager.
package e2e

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

const (
	// root is the project's, seen from here.
	root = "../.."
	// patience is how long anything may take that is sure to happen. Nothing
	// waits for it but a test that fails.
	patience = 60 * time.Second
	// glance is the time between two looks at what is waited for.
	glance = 20 * time.Millisecond
	// parallelTests is more than there are processors: most tests wait.
	parallelTests = "8"
)

// program is the exporter, built from this tree.
var program string

func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", parallelTests); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	directory, err := os.MkdirTemp("", "e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(directory)
	program = filepath.Join(directory, "asyncjob_exporter")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Dir = root
	if said, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the exporter: %v\n%s", err, said)
		return 1
	}
	return m.Run()
}

// process is a program that runs until the test ends.
type process struct {
	// log is all that it has said.
	log *exportertest.Log

	t      *testing.T
	name   string
	cmd    *exec.Cmd
	exited chan struct{}
	// err is how it exited, once it has.
	err  error
	stop sync.Once
}

// start starts a program. When the test ends it is told to end, and has to do so
// without an error; of a failed test its log is shown.
func start(t *testing.T, path string, arguments ...string) *process {
	t.Helper()
	p := &process{log: &exportertest.Log{}, t: t, name: filepath.Base(path), exited: make(chan struct{})}
	p.cmd = exec.CommandContext(context.WithoutCancel(t.Context()), path, arguments...)
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("starting %s: %v", p.name, err)
	}
	go func() {
		defer close(p.exited)
		p.err = p.cmd.Wait()
	}()
	t.Cleanup(func() {
		p.end()
		if t.Failed() {
			t.Logf("%s said:\n%s", p.name, lastLines(p.log.String(), 100))
		}
	})
	return p
}

// end tells the process to end, and waits until it has.
func (p *process) end() {
	p.stop.Do(func() {
		p.signal(syscall.SIGTERM)
		select {
		case <-p.exited:
		case <-time.After(patience):
			_ = p.cmd.Process.Kill() // it may have ended this moment
			<-p.exited
			p.t.Errorf("%s did not end when told to", p.name)
			return
		}
		if p.err != nil {
			p.t.Errorf("%s ended with: %v", p.name, p.err)
		}
	})
}

func (p *process) signal(signal os.Signal) {
	if err := p.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Errorf("sending %s a %v: %v", p.name, signal, err)
	}
}

// listening is where a Prometheus or an exporter that was told to take any port
// listens, as it logs it.
func (p *process) listening() string {
	p.t.Helper()
	said := regexp.MustCompile(`msg="Listening on".* address=(\S+)`)
	var address string
	eventually(p.t, p.name+" listens", func() error {
		select {
		case <-p.exited:
			p.t.Fatalf("%s ended: %v", p.name, p.err)
		default:
		}
		found := said.FindStringSubmatch(p.log.String())
		if found == nil {
			return errors.New("it has not said where")
		}
		address = found[1]
		return nil
	})
	return address
}

// eventually waits until something holds, or ends the test with why it does not.
func eventually(t *testing.T, what string, holds func() error) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		err := holds()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("waited %s until %s: %v", patience, what, err)
		}
		time.Sleep(glance)
	}
}

// get asks a process for a page and returns its status and its text. A request
// without an answer has the status 0.
func get(t *testing.T, url string) (status int, text string) {
	t.Helper()
	return send(t, http.MethodGet, url)
}

func send(t *testing.T, method, url string) (status int, text string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Errorf("%s %s: %v", method, url, err)
		return 0, ""
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Errorf("%s %s: %v", method, url, err)
	}
	return response.StatusCode, string(body)
}

func lastLines(text string, most int) string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-most):], "\n")
}
