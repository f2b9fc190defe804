package dashboards

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a program may take to start or to end.
const patience = 60 * time.Second

// program is the exporter, built from this tree.
var program string

func TestMain(m *testing.M) {
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	directory, err := os.MkdirTemp("", "dashboards-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(directory)
	program = filepath.Join(directory, "asyncjob_exporter")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Dir = ".."
	if said, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the exporter: %v\n%s", err, said)
		return 1
	}
	return m.Run()
}

// output is what a program says while it runs.
type output struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (o *output) Write(text []byte) (int, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.text.Write(text)
}

func (o *output) String() string {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.text.String()
}

// startDemo runs the program's demo until the test ends and returns its URL.
func startDemo(t *testing.T) string {
	t.Helper()
	return start(t, program, "--demo", "--web.listen-address=127.0.0.1:0")
}

// start runs a program that serves HTTP until the test ends, and returns the URL
// at which it says that it listens.
func start(t *testing.T, path string, arguments ...string) string {
	t.Helper()
	said, exited := &output{}, make(chan error, 1)
	command := exec.CommandContext(context.WithoutCancel(t.Context()), path, arguments...)
	command.Stdout, command.Stderr = said, said
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { exited <- command.Wait() }()
	t.Cleanup(func() {
		if err := end(command, exited); err != nil {
			t.Errorf("%s: %v\n%s", filepath.Base(path), err, said)
		}
	})
	address := regexp.MustCompile(`msg="Listening on".* address=(\S+)`)
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if found := address.FindStringSubmatch(said.String()); found != nil {
			return "http://" + found[1]
		}
	}
	t.Fatalf("%s does not listen:\n%s", filepath.Base(path), said)
	return ""
}

// end tells a program to end, as an orchestrator does, and waits for it.
func end(command *exec.Cmd, exited <-chan error) error {
	if err := command.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case err := <-exited:
		return err
	case <-time.After(patience):
		return errors.Join(errors.New("did not end when told to"), command.Process.Kill())
	}
}

// get asks for a page that must be there.
func get(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s %s (%v)", url, response.Status, text, err)
	}
	return string(text)
}
