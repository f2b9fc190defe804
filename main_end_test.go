package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// longestEnd is how long the end may take, whatever hangs.
const longestEnd = 5 * time.Second

// While a target hangs the end is no later: the scrape under way is answered with
// what is known, and the sessions of the others are logged out.
func TestTheEndDoesNotWaitForWhatHangs(t *testing.T) {
	simulated := exportertest.Simulate(t, simulator.Options{Load: &simulator.Load{Jobs: 2}}, simulator.VSphere())
	hanging := make(chan struct{}, 1)
	dead := exportertest.NewUpstream(t, func(_ http.ResponseWriter, r *http.Request) {
		hanging <- struct{}{}
		<-r.Context().Done()
	})
	p := start(t, "--config.file="+write(t, "a.yml", simulated.Config()+fmt.Sprintf(`
  - {name: dead, system: sample_exchange, timeout: 60s, url: %q, jobs: [{id: 1}]}
`, dead.URL)))
	scraped := make(chan string, 1)
	go func() {
		code, body := p.get(t, "http://"+p.address+"/metrics", newClient(t))
		scraped <- fmt.Sprint(code, "\n", body)
	}()
	<-hanging
	for simulated.OpenSessions() == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	began := time.Now()
	p.end(t)
	if took := time.Since(began); took > longestEnd {
		t.Errorf("the end took %s", took)
	}
	body := <-scraped
	for _, want := range []string{"200\n", `asyncjob_query_failure{`, `reason="timeout"`, `asyncjob_state{`} {
		if !strings.Contains(body, want) {
			t.Errorf("the scrape under way is answered without %q:\n%s", want, body)
		}
	}
	if open := simulated.OpenSessions(); open != 0 {
		t.Errorf("%d sessions are open after the end", open)
	}
}

// An upstream that answers no logout does not keep the program from ending well.
func TestTheEndDoesNotWaitForALogoutThatHangs(t *testing.T) {
	simulated := exportertest.Simulate(t, simulator.Options{
		Load: &simulator.Load{Jobs: 1},
		Intercept: func(_ string, _ http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodDelete {
				<-r.Context().Done()
			}
			return false
		},
	}, simulator.VSphere())
	p := start(t, "--config.file="+write(t, "a.yml", simulated.Config()))
	p.get(t, "http://"+p.address+"/metrics", newClient(t))
	began := time.Now()
	p.end(t)
	if took := time.Since(began); took > longestEnd {
		t.Errorf("the end took %s", took)
	}
}

// process runs the program as a process of its own.
func process(t *testing.T, errOut *terminal, arguments ...string) *exec.Cmd {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0], append(arguments, "--web.listen-address=127.0.0.1:0")...)
	command.Env = append(os.Environ(), asProgram+"=1")
	command.Stderr = errOut
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	return command
}

// waitFor waits until the process has printed a text.
func waitFor(t *testing.T, errOut *terminal, text string) {
	t.Helper()
	for range 1000 {
		if strings.Contains(errOut.String(), text) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("it does not print %q:\n%s", text, errOut.String())
}

// A SIGHUP that comes while the program starts, from a configuration management
// say, does not end it.
func TestAnEarlyHangupDoesNotEndTheProgram(t *testing.T) {
	jobs := strings.Builder{}
	for i := range 20_000 { // enough to be still reading them
		fmt.Fprintf(&jobs, "      - {id: %d}\n", i)
	}
	text := "targets:\n  - name: a\n    system: sample_exchange\n    url: http://127.0.0.1:1\n    jobs:\n" + jobs.String()
	var errOut terminal
	command := process(t, &errOut, "--config.file="+write(t, "a.yml", text))
	waitFor(t, &errOut, "Starting asyncjob_exporter")
	if err := command.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	waitFor(t, &errOut, "Listening on")
	waitFor(t, &errOut, "Reloaded the configuration")
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		t.Errorf("it ended with %v:\n%s", err, errOut.String())
	}
}

// A second signal ends the program at once.
func TestASecondSignalEndsAtOnce(t *testing.T) {
	hanging := make(chan struct{}, 1)
	dead := exportertest.NewUpstream(t, func(_ http.ResponseWriter, r *http.Request) {
		hanging <- struct{}{}
		<-r.Context().Done()
	})
	var errOut terminal
	command := process(t, &errOut, "--config.file="+write(t, "a.yml", fmt.Sprintf(
		"targets:\n  - {name: a, system: sample_exchange, timeout: 60s, url: %q, jobs: [{id: 1}]}\n", dead.URL)))
	waitFor(t, &errOut, "Listening on")
	_, address, _ := strings.Cut(errOut.String(), "address=")
	address, _, _ = strings.Cut(address, "\n")
	go func() {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+strings.TrimSpace(address)+"/metrics", http.NoBody)
		if err != nil {
			return
		}
		if response, err := newClient(t).Do(request); err == nil {
			response.Body.Close()
		}
	}()
	<-hanging
	began := time.Now()
	for _, wait := range []time.Duration{0, 200 * time.Millisecond} {
		time.Sleep(wait)
		if err := command.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	err := command.Wait()
	var exit *exec.ExitError
	if took := time.Since(began); took > time.Second || !errors.As(err, &exit) {
		t.Errorf("it ended with %v after %s", err, took)
	}
}
