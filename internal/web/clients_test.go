package web

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// largeAnswer is more than the buffers between a server and its client hold.
const largeAnswer = 32 << 20

// limited is a server of large answers, to so many at once.
func limited(t *testing.T, most int) (server *httptest.Server, running *atomic.Int32) {
	t.Helper()
	running = &atomic.Int32{}
	server = httptest.NewServer(boundClients(newLimit(most).around(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		running.Add(1)
		defer running.Add(-1)
		_, _ = io.Copy(w, io.LimitReader(zeros{}, largeAnswer))
	}))))
	t.Cleanup(server.Close)
	return server, running
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// send opens a connection, sends a request as it stands and reads nothing.
func send(t *testing.T, server *httptest.Server, request string) net.Conn {
	t.Helper()
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	if _, err := io.WriteString(connection, request); err != nil {
		t.Fatal(err)
	}
	return connection
}

// within waits until something holds, and fails the test where it does not in time.
func within(t *testing.T, patience time.Duration, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// Clients that ask and do not read the answer keep nobody else out for long,
// and are cut off.
func TestClientsThatDoNotRead(t *testing.T) {
	const most = 40
	server, running := limited(t, most)
	for range most {
		send(t, server, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	}
	within(t, 10*time.Second, "all requests are being answered", func() bool { return running.Load() == most })
	within(t, 4*stalledAfter, "another client is answered whole", func() bool {
		response, err := http.Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		n, err := io.Copy(io.Discard, response.Body)
		return response.StatusCode == http.StatusOK && n == largeAnswer && err == nil
	})
	within(t, 2*stallTimeout, "they are cut off", func() bool { return running.Load() == 0 })
}

// A client that reads slowly, but does, gets all of it.
func TestAClientThatReadsSlowly(t *testing.T) {
	server, _ := limited(t, 1)
	response, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	read := int64(0)
	for pauses := 0; ; pauses++ {
		n, err := io.CopyN(io.Discard, response.Body, largeAnswer/8)
		read += n
		if err != nil {
			break
		}
		time.Sleep(stalledAfter + 100*time.Millisecond)
	}
	if read != largeAnswer {
		t.Errorf("%d of %d bytes came", read, largeAnswer)
	}
}

// A body that is announced and never sent delays nothing and holds no connection.
func TestClientsThatSendNoBody(t *testing.T) {
	for name, header := range map[string]string{
		"a length":          "Content-Length: 10",
		"a large length":    "Content-Length: 1000000000000",
		"chunks":            "Transfer-Encoding: chunked",
		"asked to continue": "Content-Length: 10\r\nExpect: 100-continue",
	} {
		t.Run(name, func(t *testing.T) {
			answered := make(chan struct{})
			server := httptest.NewServer(boundClients(newLimit(1).around(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, "answer")
				close(answered)
			}))))
			defer server.Close()
			connection := send(t, server, "GET / HTTP/1.1\r\nHost: x\r\n"+header+"\r\n\r\n")
			<-answered
			if err := connection.SetReadDeadline(time.Now().Add(5 * bodyTimeout)); err != nil {
				t.Fatal(err)
			}
			whole, err := io.ReadAll(connection)
			if err != nil || !strings.Contains(string(whole), "200 OK") || !strings.Contains(string(whole), "answer") {
				t.Errorf("%v, the answer is %q", err, whole)
			}
		})
	}
}

// A connection that was idle for longer than a client may stall is as good as new.
func TestKeptConnections(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for longer than a client may stall")
	}
	server := httptest.NewServer(boundClients(says("answer")))
	defer server.Close()
	connection := send(t, server, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	if _, err := connection.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	time.Sleep(stallTimeout + time.Second)
	if _, err := io.WriteString(connection, "HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	whole, err := io.ReadAll(connection)
	if err != nil || strings.Count(string(whole), "TTP/1.1 200 OK") != 2 {
		t.Errorf("%v, the answers are %q", err, whole)
	}
}
