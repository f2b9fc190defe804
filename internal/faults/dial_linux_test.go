package faults

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// Dialling is bounded by the target's timeout: a black hole gathers no connections.
func TestABlackHoleGathersNoConnections(t *testing.T) {
	t.Parallel()
	hole := blackHole(t)
	text := "defaults: {timeout: 300ms, max_concurrency: 4}\ntargets:\n"
	for i := range 5 {
		text += fmt.Sprintf("  - {name: t%d, system: sample_exchange, url: 'http://%s', jobs: [{id: 1}, {id: 2}, {id: 3}, {id: 4}, {id: 5}]}\n", i, hole)
	}
	exporter := exportertest.Start(t, exportertest.Options{Config: text})
	before := dialling(t, hole)
	for range 8 {
		e := exporter.Scrape(patient)
		if failed := len(e.Series("asyncjob_query_failure", "reason", "timeout")); failed != 25 {
			t.Fatalf("%d of 25 jobs have the reason timeout", failed)
		}
		if now := dialling(t, hole) - before; now > 5*4+50 {
			t.Errorf("%d connections are being dialled, want at most %d", now, 5*4+50)
		}
	}
	waitFor(t, "the dials to end", func() bool { return dialling(t, hole) <= before })
}

// blackHole is an address that answers no connection: its queue is full.
func blackHole(t *testing.T) string {
	t.Helper()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(socket) })
	if err := syscall.Bind(socket, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(socket, 0); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(socket)
	if err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprint("127.0.0.1:", name.(*syscall.SockaddrInet4).Port) //nolint:forcetypeassert // as bound
	dialer := net.Dialer{Timeout: 200 * time.Millisecond}
	for range 10 {
		connection, err := dialer.DialContext(t.Context(), "tcp", address)
		if err != nil {
			return address
		}
		t.Cleanup(func() { _ = connection.Close() })
	}
	t.Fatal("the queue of connections does not fill")
	return ""
}

// dialling counts connections to an address that are not answered yet.
func dialling(t *testing.T, address string) int {
	t.Helper()
	table, err := os.ReadFile("/proc/self/net/tcp")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(address)
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	remote := ":" + strings.ToUpper(hex.EncodeToString(binary.BigEndian.AppendUint16(nil, uint16(number)))) + " 02 " // SYN_SENT
	return strings.Count(string(table), remote)
}
