package simulator_test

import (
	"compress/gzip"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

func TestTheConfigurationHasLoopbackAddressesAlone(t *testing.T) {
	running := start(t, simulator.Options{})
	config := running.Config()
	names := map[string]bool{}
	for system, target := range targets(t, config) {
		names[target.Name] = true
		if target.URL != running.URL(system) {
			t.Errorf("%s: url %s, it listens at %s", system, target.URL, running.URL(system))
		}
		for _, address := range []string{target.URL, target.OAuth2.TokenURL} {
			parsed, err := url.Parse(address)
			if err != nil || address != "" && !net.ParseIP(parsed.Hostname()).IsLoopback() {
				t.Errorf("%s: %q is not on loopback", system, address)
			}
		}
		ids := map[string]bool{}
		for _, job := range target.Jobs {
			if ids[job.ID] || job.ID == "" || job.Name == "" {
				t.Errorf("%s: job %+v", system, job)
			}
			ids[job.ID] = true
		}
	}
	if len(names) != 4 {
		t.Errorf("targets: %v", names)
	}
}

func TestEveryRequestIsCountedAndKept(t *testing.T) {
	running := start(t, simulator.Options{})
	client := connect(t, running, "vsphere")
	id := client.job("rhel-9.6")
	session := client.object(apiSessions + "/" + id)
	client.strings(apiSessions)
	client.get(apiSessions + "/" + id + "/file")
	client.object("/api/content/library/item/" + session["library_item_id"].(string))
	client.get("/api/no-such-thing")
	call(t, http.MethodGet, client.target.URL+apiSessions+"?library_item_id=x", nil, "")
	call(t, http.MethodDelete, client.target.URL+"/api/session", client.header, "")
	for operation, want := range map[string]int{"login": 1, "status": 1, "list": 2, "files": 1, "item": 1, "unknown": 1, "logout": 1, "": 8} {
		if got := running.Count("vsphere", operation); got != want {
			t.Errorf("%q: %d requests, want %d", operation, got, want)
		}
	}
	if running.Count("", "") != 8 || running.Count("sample_exchange", "") != 0 {
		t.Errorf("%d requests in all", running.Count("", ""))
	}
	want := simulator.Request{
		System: "vsphere", Operation: "list", Method: http.MethodGet, Path: apiSessions, Query: "library_item_id=x", Status: http.StatusUnauthorized,
	}
	if requests := running.Requests(); len(requests) != 8 || requests[6] != want || !requests[5].Authorized {
		t.Errorf("kept: %+v", requests)
	}
}

func TestAnInterceptedRequestIsAnsweredByTheTest(t *testing.T) {
	running := start(t, simulator.Options{Intercept: func(system string, w http.ResponseWriter, r *http.Request) bool {
		switch {
		case system != "sample_exchange":
			return false
		case strings.HasSuffix(r.URL.Path, "/4712"):
			panic(http.ErrAbortHandler)
		default:
			http.Error(w, "<html>maintenance", http.StatusBadGateway)
			return true
		}
	}})
	client := connect(t, running, "sample_exchange")
	if status, body := client.get("/sampleExchange/v1/samples/async/4711"); status != http.StatusBadGateway || !strings.HasPrefix(string(body), "<html>") {
		t.Errorf("status %d: %s", status, body)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, client.target.URL+"/sampleExchange/v1/samples/async/4712", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if response, err := webClient.Do(request); err == nil {
		response.Body.Close()
		t.Errorf("an aborted request has the status %d", response.StatusCode)
	}
	requests := running.Requests()
	if last := requests[len(requests)-1]; last.Status != 0 || last.Operation != "status" {
		t.Errorf("the aborted request is kept as %+v", last)
	}
	if running.Count("sample_exchange", "status") < 2 {
		t.Error("intercepted requests are not counted")
	}
}

func TestLatencyPassesBeforeEachAnswer(t *testing.T) {
	const latency = 30 * time.Millisecond
	running := start(t, simulator.Options{Latency: latency})
	begun := time.Now()
	connect(t, running, "vsphere").strings(apiSessions)
	if took := time.Since(begun); took < 2*latency {
		t.Errorf("two requests took %s", took)
	}
}

func TestCloseEndsAnswersThatAreStillOwed(t *testing.T) {
	running, err := simulator.Start([]simulator.API{simulator.SampleExchange()}, simulator.Options{Latency: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, running.URL("sample_exchange")+"/sampleExchange/v1/samples/async/4711", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan error)
	go func() {
		response, err := webClient.Do(request)
		if err == nil {
			response.Body.Close()
		}
		answered <- err
	}()
	time.Sleep(20 * time.Millisecond)
	if err := running.Close(); err != nil {
		t.Error(err)
	}
	if err := <-answered; err == nil {
		t.Error("the request was answered")
	}
}

func TestAnswersArePackedOnlyWhereAskedFor(t *testing.T) {
	for _, packed := range []bool{false, true} {
		running := start(t, simulator.Options{Gzip: packed})
		client := connect(t, running, "sample_exchange")
		client.header.Set("Accept-Encoding", "gzip")
		address := client.target.URL + "/sampleExchange/v1/samples/async/4711"
		_, body, header := call(t, http.MethodGet, address, client.header, "")
		if (header.Get("Content-Encoding") == "gzip") != packed {
			t.Errorf("option %t: Content-Encoding %q", packed, header.Get("Content-Encoding"))
		}
		if packed {
			reader, err := gzip.NewReader(strings.NewReader(string(body)))
			if err != nil {
				t.Fatal(err)
			}
			if body, err = io.ReadAll(reader); err != nil {
				t.Fatal(err)
			}
		}
		if id := decode(t, body)["id"]; id != 4711.0 {
			t.Errorf("option %t: id %v", packed, id)
		}
		client.header.Set("Accept-Encoding", "identity")
		if _, _, header := call(t, http.MethodGet, address, client.header, ""); header.Get("Content-Encoding") != "" {
			t.Errorf("option %t: packed for a client that cannot unpack", packed)
		}
	}
}

func TestSecretsAreAllThatMustNotBeShown(t *testing.T) {
	running := start(t, simulator.Options{})
	session := connect(t, running, "vsphere").header.Get("vmware-api-session-id")
	client := connect(t, running, "sample_exchange")
	token, _ := at(client.object("/sampleExchange/v1/samples/async/4711"), "sample", "author", "gitHubToken").(string)
	secrets := running.Secrets()
	for _, secret := range []string{session, token, client.target.BasicAuth.Password, "oracle-content-demo-secret"} {
		if secret == "" || !slices.Contains(secrets, secret) {
			t.Errorf("%q is not among the secrets", secret)
		}
	}
}

func TestASystemIsSimulatedOnce(t *testing.T) {
	if _, err := simulator.Start([]simulator.API{simulator.VSphere(), simulator.VSphere()}, simulator.Options{}); err == nil {
		t.Error("two of one system were started")
	}
}
