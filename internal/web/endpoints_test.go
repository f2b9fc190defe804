package web_test

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// demo is an exporter of the demo's jobs.
func demo(t *testing.T, options exportertest.Options) *exportertest.Exporter {
	t.Helper()
	simulated := exportertest.Simulate(t, simulator.Options{})
	options.Config = simulated.Config()
	return exportertest.Start(t, options)
}

// Each endpoint answers its method, and 405 with the right one to all others.
func TestEndpointsAndTheirMethods(t *testing.T) {
	exporter := demo(t, exportertest.Options{})
	get := []string{"/", "/metrics", "/probe?target=samples-demo", "/sd", "/sd?by=job", "/sd?by=target", "/jobs", "/api/v1/jobs", "/api/v1/targets", "/config", "/-/healthy", "/-/ready"}
	for _, path := range get {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			if reply := exporter.Do(t.Context(), method, path); reply.Status != http.StatusOK {
				t.Errorf("%s %s: %d %s", method, path, reply.Status, reply.Body)
			}
		}
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch} {
			reply := exporter.Do(t.Context(), method, path)
			if reply.Status != http.StatusMethodNotAllowed || !strings.Contains(reply.Header.Get("Allow"), http.MethodGet) {
				t.Errorf("%s %s: %d, Allow %q, want 405 and GET", method, path, reply.Status, reply.Header.Get("Allow"))
			}
		}
	}
	if reply := exporter.Get("/-/reload"); reply.Status != http.StatusMethodNotAllowed || reply.Header.Get("Allow") != "POST, PUT" {
		t.Errorf("GET /-/reload: %d, Allow %q, want 405, POST and PUT", reply.Status, reply.Header.Get("Allow"))
	}
	for _, method := range []string{http.MethodPost, http.MethodPut} {
		if reply := exporter.Do(t.Context(), method, "/-/reload"); reply.Status != http.StatusOK {
			t.Errorf("%s /-/reload: %d %s", method, reply.Status, reply.Body)
		}
	}
	for _, path := range []string{"/nothing", "/metrics/", "/metrics/x", "/probe/x", "/jobs/x", "/-/", "/debug/pprof/", "/sd/"} {
		if reply := exporter.Get(path); reply.Status != http.StatusNotFound {
			t.Errorf("GET %s: %d, want 404", path, reply.Status)
		}
	}
	for path, word := range map[string]string{"/-/healthy": "Healthy", "/-/ready": "Ready"} {
		if reply := exporter.Get(path); !strings.Contains(reply.Body, word) {
			t.Errorf("GET %s says %q", path, reply.Body)
		}
	}
}

// The page of metrics comes in the format that is asked for, compressed for
// those who accept it.
func TestFormatsOfMetrics(t *testing.T) {
	exporter := demo(t, exportertest.Options{})
	for _, path := range []string{"/metrics", "/probe?target=vcenter-demo"} {
		for _, asked := range []struct{ accept, contentType string }{
			{"", "text/plain"},
			{"text/html", "text/plain"},
			{"text/plain;version=0.0.4", "text/plain"},
			{"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5", "application/openmetrics-text"},
			{"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited", "application/vnd.google.protobuf"},
		} {
			for _, encoding := range []string{"", "gzip", "identity", "gzip;q=0", "br"} {
				reply := exporter.Get(path, "Accept", asked.accept, "Accept-Encoding", encoding)
				contentType := reply.Header.Get("Content-Type")
				if reply.Status != http.StatusOK || !strings.HasPrefix(contentType, asked.contentType) {
					t.Errorf("%s with Accept %q: %d, Content-Type %q, want %s", path, asked.accept, reply.Status, contentType, asked.contentType)
				}
				if compressed := reply.Header.Get("Content-Encoding") == "gzip"; compressed != (encoding == "gzip") {
					t.Errorf("%s with Accept-Encoding %q: Content-Encoding %q", path, encoding, reply.Header.Get("Content-Encoding"))
				}
				if len(decoded(t, reply)) < 10 {
					t.Errorf("%s as %s, encoding %q, has next to no metrics", path, asked.contentType, encoding)
				}
			}
		}
	}
}

// decoded are the names of the families in a reply, of whatever format.
func decoded(t *testing.T, reply exportertest.Reply) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	if strings.HasPrefix(reply.Header.Get("Content-Type"), "application/openmetrics-text") {
		// expfmt writes OpenMetrics but reads it not: the end must be there, and a type for each name.
		if !strings.HasSuffix(reply.Body, "# EOF\n") {
			t.Errorf("the answer does not end with # EOF")
		}
		for _, found := range regexp.MustCompile(`(?m)^# TYPE (\S+) `).FindAllStringSubmatch(reply.Body, -1) {
			names[found[1]] = true
		}
		return names
	}
	decoder := expfmt.NewDecoder(strings.NewReader(reply.Body), expfmt.ResponseFormat(reply.Header))
	for {
		family := &dto.MetricFamily{}
		err := decoder.Decode(family)
		if err == io.EOF { //nolint:errorlint // what decoders return
			return names
		}
		if err != nil {
			t.Fatalf("decoding %s: %v", reply.Header.Get("Content-Type"), err)
		}
		names[family.GetName()] = true
	}
}

// With --no-web.metrics-jobs the page of metrics has the exporter's own alone,
// and asks no upstream.
func TestMetricsWithoutJobs(t *testing.T) {
	simulated := exportertest.Simulate(t, simulator.Options{})
	exporter := exportertest.Start(t, exportertest.Options{Config: simulated.Config(), WithoutJobs: true})
	e := exporter.Scrape(30 * time.Second)
	for _, name := range []string{"asyncjob_up", "asyncjob_target_up", "asyncjob_state"} {
		if n := len(e.Series(name)); n != 0 {
			t.Errorf("%s has %d series", name, n)
		}
	}
	if value, ok := e.Value("asyncjob_exporter_config_last_reload_successful"); !ok || value != 1 {
		t.Error("the exporter's own metrics are not there")
	}
	if sent := simulated.Count("", ""); sent != 0 {
		t.Errorf("%d upstream requests were sent", sent)
	}
	if up := exporter.Probe("target=samples-demo", 30*time.Second).Sum("asyncjob_target_up"); up != 1 {
		t.Error("/probe does not work without jobs on /metrics")
	}
}

// A reload answers 200, or 500 with the reason and leaves all as it was.
func TestReload(t *testing.T) {
	exporter := exportertest.Start(t, exportertest.Options{Config: `targets: [{name: a, system: sample_exchange, url: "http://127.0.0.1:1", jobs: [{id: 1}]}]`})
	names := func() (found []string) {
		for _, metric := range exporter.Scrape(10 * time.Second).Series("asyncjob_target_up") {
			found = append(found, exportertest.Label(metric, "target"))
		}
		return found
	}
	reloaded := func(text string, want int) exportertest.Reply {
		t.Helper()
		reply := exporter.Reload(text)
		if reply.Status != want {
			t.Errorf("reloading: %d %s, want %d", reply.Status, reply.Body, want)
		}
		return reply
	}
	reloaded(`targets: [{name: b, system: sample_exchange, url: "http://127.0.0.1:1", jobs: [{id: 1}]}]`, http.StatusOK)
	if got := names(); len(got) != 1 || got[0] != "b" {
		t.Errorf("after a reload the targets are %v, want b", got)
	}
	refused := reloaded(`targets: [{name: c, system: sample_exchange, colour: red}]`, http.StatusInternalServerError)
	if !strings.Contains(refused.Body, "colour") || !strings.Contains(refused.Body, `"c"`) {
		t.Errorf("the refusal does not name target and key: %s", refused.Body)
	}
	if got := names(); len(got) != 1 || got[0] != "b" {
		t.Errorf("after a refused reload the targets are %v, want b still", got)
	}
	e := exporter.Scrape(10 * time.Second)
	if value, _ := e.Value("asyncjob_exporter_config_last_reload_successful"); value != 0 {
		t.Errorf("last_reload_successful is %v after a refused reload", value)
	}
	if config := exporter.Get("/config"); !strings.Contains(config.Body, "name: b") || strings.Contains(config.Body, "name: c") {
		t.Errorf("/config does not show the configuration in force:\n%s", config.Body)
	}
}

// Everything that the landing page links to is there.
func TestTheLandingPagesLinksWork(t *testing.T) {
	exporter := demo(t, exportertest.Options{MetricsPath: "/own/metrics", EnablePprof: true})
	page := exporter.Get("/")
	links := regexp.MustCompile(`href="([^"]+)"`).FindAllStringSubmatch(page.Body, -1)
	found := map[string]bool{}
	for _, link := range links {
		path := strings.TrimPrefix(strings.ReplaceAll(link[1], "&amp;", "&"), "./")
		if strings.HasPrefix(path, "/") {
			t.Errorf("the link %s does not hold behind a prefix", link[1])
		}
		if strings.Contains(path, "://") || strings.HasPrefix(path, "debug/pprof/profile") {
			continue // another site; and a profile takes half a minute
		}
		found["/"+path] = true
		if reply := exporter.Get("/" + path); reply.Status != http.StatusOK {
			t.Errorf("the link %s: %d", link[1], reply.Status)
		}
	}
	for _, want := range []string{"/own/metrics", "/jobs", "/jobs?attention=true", "/jobs?state=unread", "/api/v1/jobs", "/sd", "/config"} {
		if !found[want] {
			t.Errorf("the landing page has no link to %s, only %v", want, found)
		}
	}
}

// The landing page says how many jobs there are, and in which states.
func TestTheLandingPageCounts(t *testing.T) {
	exporter := exportertest.Start(t, exportertest.Options{Config: `
targets: [{name: a, system: sample_exchange, url: "http://127.0.0.1:1", jobs: [{id: 1}, {id: 2}]}, {name: b, system: sample_exchange, url: "http://127.0.0.1:1"}]`})
	counts := func() string {
		page := exporter.Get("/").Body
		start := strings.Index(page, `<p class="counts">`)
		end := strings.Index(page, "down.</p>")
		if start < 0 || end < start {
			t.Fatalf("the page has no counts:\n%s", page)
		}
		return regexp.MustCompile("<[^>]*>").ReplaceAllString(page[start:end], "")
	}
	if got, want := counts(), "2 jobs: 0 need attention, 2 unread. 2 targets, 0 of them "; got != want {
		t.Errorf("before a scrape: %q, want %q", got, want)
	}
	exporter.Scrape(10 * time.Second)
	if got, want := counts(), "2 jobs: 2 need attention, 2 unavailable. 2 targets, 1 of them "; got != want {
		t.Errorf("after a scrape: %q, want %q", got, want)
	}
}

// Service discovery lists targets, or jobs, for /probe of this exporter.
func TestServiceDiscovery(t *testing.T) {
	exporter := exportertest.Start(t, exportertest.Options{Config: `
targets:
  - name: a
    system: sample_exchange
    url: http://127.0.0.1:1
    labels: {team: x}
    jobs: [{id: 1, name: one}, {id: 2, kind: contribution, labels: {release: r}}]
  - name: c
    system: oracle_content
    url: http://127.0.0.1:1
    jobs: [{type: "Case Study", id: I}, {path: /content/management/api/v1.1/bulkItemsOperations/9F2, id: 9F2}]
`})
	type group struct {
		Targets []string          `json:"targets"`
		Labels  map[string]string `json:"labels"`
	}
	list := func(path string) []group {
		t.Helper()
		reply := exporter.Get(path)
		var groups []group
		if err := json.Unmarshal([]byte(reply.Body), &groups); err != nil || reply.Header.Get("Content-Type") != "application/json" {
			t.Fatalf("%s: %v, Content-Type %q:\n%s", path, err, reply.Header.Get("Content-Type"), reply.Body)
		}
		for _, g := range groups {
			if len(g.Targets) != 1 || "http://"+g.Targets[0] != exporter.URL || g.Labels["__metrics_path__"] != "/probe" {
				t.Errorf("%s: an entry is not for /probe of this exporter: %+v", path, g)
			}
		}
		return groups
	}
	if targets := list("/sd"); len(targets) != 2 || targets[0].Labels["__param_target"] != "a" || targets[1].Labels["__param_target"] != "c" {
		t.Errorf("/sd lists %+v, want a and c", targets)
	}
	jobs := list("/sd?by=job")
	if len(jobs) != 4 {
		t.Fatalf("/sd?by=job has %d entries, want 4", len(jobs))
	}
	instances := map[string]bool{}
	for _, job := range jobs {
		instances[job.Labels["instance"]] = true
		// What is listed can be probed as it stands.
		reply := exporter.Get(probeOf(job.Labels))
		if reply.Status != http.StatusOK || !strings.Contains(reply.Body, `asyncjob_up{`) {
			t.Errorf("probing the entry %v: %d %s", job.Labels, reply.Status, reply.Body)
		}
	}
	if len(instances) != 4 {
		t.Errorf("the entries' instances are %v: two jobs would be one to Prometheus", instances)
	}
	for _, query := range []string{"by=", "by=target&by=job", "by=system"} {
		if reply := exporter.Get("/sd?" + query); reply.Status != http.StatusBadRequest {
			t.Errorf("/sd?%s: %d, want 400", query, reply.Status)
		}
	}
	exporter.Probe("target=a&job_id=77", 10*time.Second)
	if jobs := list("/sd?by=job"); len(jobs) != 4 {
		t.Errorf("a probed job is listed, which would keep it known for ever: %d entries", len(jobs))
	}
}

// Labels are listed as they are configured: two that differ in case are two.
func TestServiceDiscoveryKeepsTheCaseOfLabels(t *testing.T) {
	exporter := exportertest.Start(t, exportertest.Options{Config: `
targets: [{name: a, system: sample_exchange, url: "http://127.0.0.1:1", labels: {Team: upper, team: lower}, jobs: [{id: 1, labels: {TEAM: all}}]}]`})
	for query, want := range map[string][]string{
		"":        {`"__meta_asyncjob_label_Team":"upper"`, `"__meta_asyncjob_label_team":"lower"`},
		"?by=job": {`"__meta_asyncjob_label_Team":"upper"`, `"__meta_asyncjob_label_team":"lower"`, `"__meta_asyncjob_label_TEAM":"all"`},
	} {
		body := exporter.Get("/sd" + query).Body
		for _, label := range want {
			if !strings.Contains(body, label) {
				t.Errorf("/sd%s has no %s: %s", query, label, body)
			}
		}
	}
}

// The page of another site cannot make a browser reload the configuration;
// programs, and pages of the exporter itself, can.
func TestReloadFromAnotherSite(t *testing.T) {
	exporter := demo(t, exportertest.Options{})
	for _, test := range []struct {
		headers []string
		want    int
	}{
		{nil, http.StatusOK},
		{[]string{"Sec-Fetch-Site", "same-origin"}, http.StatusOK},
		{[]string{"Sec-Fetch-Site", "none"}, http.StatusOK},
		{[]string{"Origin", exporter.URL}, http.StatusOK},
		{[]string{"Sec-Fetch-Site", "cross-site"}, http.StatusForbidden},
		{[]string{"Sec-Fetch-Site", "same-site"}, http.StatusForbidden},
		{[]string{"Origin", "https://elsewhere.example"}, http.StatusForbidden},
		{[]string{"Origin", "null"}, http.StatusForbidden},
	} {
		for _, method := range []string{http.MethodPost, http.MethodPut} {
			if reply := exporter.Do(t.Context(), method, "/-/reload", test.headers...); reply.Status != test.want {
				t.Errorf("%s with %q: %d %s, want %d", method, test.headers, reply.Status, reply.Body, test.want)
			}
		}
	}
}

// Somebody who takes target for an address is told what it is.
func TestAnUnknownTargetIsExplained(t *testing.T) {
	reply := demo(t, exportertest.Options{}).Get("/probe?target=https://vcenter.example.com")
	if reply.Status != http.StatusNotFound || !strings.Contains(reply.Body, "not a URL") || strings.Contains(reply.Body, "vcenter.example.com") {
		t.Errorf("%d %s", reply.Status, reply.Body)
	}
}

// Scrapes are counted by the code of their answer, those that were too many too.
func TestScrapesAreCounted(t *testing.T) {
	waiting, release := make(chan struct{}), make(chan struct{})
	upstream := exportertest.NewUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
		waiting <- struct{}{}
		<-release
		_, _ = w.Write([]byte(`{"state":"RUNNING"}`))
	})
	exporter := exportertest.Start(t, exportertest.Options{
		Config: `targets: [{name: a, system: sample_exchange, url: "` + upstream.URL + `", jobs: [{id: 1}]}]`, MaxRequests: 1,
	})
	done := make(chan exportertest.Reply)
	go func() { done <- exporter.Get("/metrics") }()
	<-waiting
	for _, path := range []string{"/metrics", "/probe?target=a", "/sd?by=job"} {
		if reply := exporter.Get(path); reply.Status != http.StatusServiceUnavailable {
			t.Errorf("GET %s beside another scrape: %d, want 503", path, reply.Status)
		}
	}
	for _, path := range []string{"/sd", "/jobs", "/-/healthy"} {
		if reply := exporter.Get(path); reply.Status != http.StatusOK {
			t.Errorf("GET %s beside a scrape: %d, want 200", path, reply.Status)
		}
	}
	close(release)
	<-done
	go func() { <-waiting }()
	exporter.Get("/probe?nothing")
	e := exporter.Scrape(10 * time.Second)
	for code, want := range map[string]float64{"200": 1, "400": 1, "503": 3, "500": 0} {
		if got, ok := e.Value("promhttp_metric_handler_requests_total", "code", code); !ok || got != want {
			t.Errorf("%v scrapes were answered %s, want %v", got, code, want)
		}
	}
}

// With a wrong password and discovery no job is known: the page says whose login
// is refused, and when it is tried again.
func TestThePageSaysWhyNothingIsListed(t *testing.T) {
	upstream := exportertest.NewUpstream(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	exporter := exportertest.Start(t, exportertest.Options{Config: `
targets: [{name: vcenter, system: vsphere, url: "` + upstream.URL + `", basic_auth: {username: u, password: p}, discovery: true}]`})
	_, page, _ := strings.Cut(exporter.Get("/jobs").Body, "<main")
	for _, want := range []string{"down: login", "next try", "No jobs are known"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q:\n%s", want, page)
		}
	}
}
