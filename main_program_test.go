package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"
)

// terminal keeps what a program prints.
type terminal struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (p *terminal) Write(text []byte) (int, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.text.Write(text)
}

func (p *terminal) String() string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.text.String()
}

// running is a call of run.
type running struct {
	out, errOut terminal
	hangups     chan os.Signal
	// address is where it listens.
	address string
	stop    context.CancelFunc
	ended   chan error
}

// start calls run, listening on a free port of loopback, until it listens.
func start(t *testing.T, arguments ...string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	p := &running{stop: stop, hangups: make(chan os.Signal, 1), ended: make(chan error, 1)}
	go func() {
		p.ended <- run(ctx, append(arguments, "--web.listen-address=127.0.0.1:0"), p.hangups, &p.out, &p.errOut)
	}()
	t.Cleanup(stop)
	listening := regexp.MustCompile(`msg="Listening on".* address=(\S+)`)
	for range 500 {
		if found := listening.FindStringSubmatch(p.errOut.String()); found != nil {
			p.address = found[1]
			return p
		}
		select {
		case err := <-p.ended:
			t.Fatalf("run ended before it listened: %v\n%s", err, p.errOut.String())
		case <-time.After(20 * time.Millisecond):
		}
	}
	t.Fatalf("run does not listen:\n%s", p.errOut.String())
	return nil
}

// end stops the program and wants it to end well.
func (p *running) end(t *testing.T) {
	t.Helper()
	p.stop()
	select {
	case err := <-p.ended:
		if err != nil {
			t.Errorf("run ended with %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Error("run does not end")
	}
}

// get reads a page of the program.
func (p *running) get(t *testing.T, url string, client *http.Client) (code int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func newClient(t *testing.T) *http.Client {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	t.Cleanup(client.CloseIdleConnections)
	return client
}

// write writes a file of the test and returns its path.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
