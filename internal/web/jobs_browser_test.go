package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/testprogram"
)

// measured is what testdata/measure.js found out about the page in a browser.
type measured struct {
	Width      int      `json:"width"`
	Dark       bool     `json:"dark"`
	Page       string   `json:"page"`
	Rows       int      `json:"rows"`
	Layout     string   `json:"layout"`
	Texts      int      `json:"texts"`
	Lowest     float64  `json:"lowest"`
	Focusable  int      `json:"focusable"`
	Complaints []string `json:"complaints"`
	Broken     bool     `json:"broken"`
	Scripts    int      `json:"scripts"`
	Names      []string `json:"names"`
	Address    string   `json:"address"`
	Search     string   `json:"search"`
	State      string   `json:"state"`
}

// chromium is the browser that the tests look at the page with.
func chromium(t *testing.T) string {
	t.Helper()
	return testprogram.Asked(t, "ASYNCJOB_CHROMIUM")
}

// browse opens an address in a fresh browser and returns the page as it is
// then, script results and all.
func browse(t *testing.T, address string, flags ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	arguments := slices.Concat([]string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars", "--user-data-dir=" + t.TempDir(), "--dump-dom",
	}, flags, []string{address})
	browser := exec.CommandContext(ctx, chromium(t), arguments...)
	browser.WaitDelay = 5 * time.Second
	var out, errOut bytes.Buffer
	browser.Stdout, browser.Stderr = &out, &errOut
	if err := browser.Run(); err != nil {
		t.Fatalf("the browser at %s: %v\n%s", address, err, errOut.String())
	}
	return out.String()
}

// measure opens an address in a browser and returns what the script measured.
func measure(t *testing.T, address string, flags ...string) measured {
	t.Helper()
	page := browse(t, address, flags...)
	report := regexp.MustCompile(`(?s)<pre id="measured">(.*?)</pre>`).FindStringSubmatch(page)
	if report == nil {
		t.Fatalf("the script did not run at %s:\n%.2000s", address, page)
	}
	var found measured
	if err := json.Unmarshal([]byte(html.UnescapeString(report[1])), &found); err != nil {
		t.Fatal(err)
	}
	return found
}

// variant is what a test changes about the page.
type variant struct {
	// withoutPolicy leaves the page nothing but its own care; else the policy
	// holds, but for the script.
	withoutPolicy bool
	// forbidScript keeps the policy as it is.
	forbidScript bool
	// script is put at the end of the page.
	script string
	// loads is how often the page may load itself again; 0: as often as it likes.
	loads int
}

// policy is the page's own one, changed no more than the test needs.
func (v variant) policy(own string) string {
	switch {
	case v.withoutPolicy:
		return ""
	case v.forbidScript:
		return own
	default:
		return strings.Replace(own, "frame-ancestors 'none'", "frame-ancestors 'self'; script-src 'nonce-test'", 1)
	}
}

// body is the page with the script, and without its refresh where it has
// loaded often enough.
func (v variant) body(own string, loads int) string {
	if v.loads > 0 && loads >= v.loads {
		own = strings.Replace(own, `http-equiv="refresh"`, "", 1)
	}
	return strings.Replace(own, "</body>", `<script nonce="test">`+v.script+"</script></body>", 1)
}

// browsed is a server of the page for a browser.
type browsed struct {
	url     string
	page    http.Handler
	variant variant

	mu    sync.Mutex
	asked []string
}

// serveToBrowser serves a variant of the page of these targets at /jobs, and at
// /frame the same in a frame: no browser window is as narrow as a phone.
func serveToBrowser(t *testing.T, targets []collector.TargetStatus, v variant) *browsed {
	t.Helper()
	b := &browsed{
		page:    newJobsHandler(func(context.Context) []collector.TargetStatus { return targets }, pageTime),
		variant: v,
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/jobs", b.jobs)
	mux.HandleFunc("/frame", frame)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

func (b *browsed) jobs(w http.ResponseWriter, r *http.Request) {
	loads := b.note(r.URL.RequestURI())
	recorded := httptest.NewRecorder()
	b.page.ServeHTTP(recorded, r)
	w.Header().Set("Content-Type", recorded.Header().Get("Content-Type"))
	w.Header().Set("Content-Security-Policy", b.variant.policy(recorded.Header().Get("Content-Security-Policy")))
	_, _ = w.Write([]byte(b.variant.body(recorded.Body.String(), loads)))
}

func (b *browsed) note(address string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked = append(b.asked, address)
	return len(b.asked)
}

// addresses are those that were asked for.
func (b *browsed) addresses() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.asked)
}

func frame(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!DOCTYPE html><html style="color-scheme: light dark"><body style="margin: 0">`+
		`<iframe src="/jobs?%s" style="border: 0; height: 800px; width: %spx"></iframe></body></html>`,
		html.EscapeString(r.FormValue("query")), html.EscapeString(r.FormValue("width")))
}

// framed is the address of the page in a frame as wide as a screen.
func (b *browsed) framed(width int, query string) string {
	return b.url + "/frame?" + url.Values{"width": {strconv.Itoa(width)}, "query": {query}}.Encode()
}

func measuringScript(t *testing.T) string {
	t.Helper()
	script, err := os.ReadFile(filepath.Join("testdata", "measure.js"))
	if err != nil {
		t.Fatal(err)
	}
	return string(script)
}

// The page is looked at as wide as a desktop and as a phone, and at some widths
// between and beyond, by day and by night.
func TestLayoutAndAccessibilityInABrowser(t *testing.T) {
	script := measuringScript(t)
	for name, test := range map[string]struct {
		targets []collector.TargetStatus
		width   int
		dark    bool
		layout  string
		page    string
	}{
		"desktop":               {exampleTargets(), 1280, false, "table", "rgb(255, 255, 255)"},
		"desktop by night":      {exampleTargets(), 1280, true, "table", "rgb(21, 23, 26)"},
		"phone":                 {exampleTargets(), 390, false, "cards", "rgb(255, 255, 255)"},
		"phone by night":        {exampleTargets(), 390, true, "cards", "rgb(21, 23, 26)"},
		"narrowest table":       {exampleTargets(), 1025, false, "table", "rgb(255, 255, 255)"},
		"hostile on a desktop":  {hostileTargets(), 1280, false, "table", "rgb(255, 255, 255)"},
		"hostile on a phone":    {hostileTargets(), 320, false, "cards", "rgb(255, 255, 255)"},
		"unbroken on a desktop": {unbrokenTargets(), 1280, false, "table", "rgb(255, 255, 255)"},
		"unbroken on a phone":   {unbrokenTargets(), 390, false, "cards", "rgb(255, 255, 255)"},
		"full page on a phone":  {manyTargets(5000), 390, false, "cards", "rgb(255, 255, 255)"},
		"full page":             {manyTargets(5000), 1280, false, "table", "rgb(255, 255, 255)"},
	} {
		t.Run(name, func(t *testing.T) {
			b := serveToBrowser(t, test.targets, variant{script: script})
			scheme := "1"
			if test.dark {
				scheme = "0"
			}
			found := measure(t, b.framed(test.width, "page=2"), "--window-size=1400,900", "--blink-settings=preferredColorScheme="+scheme)
			if found.Width != test.width || found.Dark != test.dark || found.Page != test.page {
				t.Errorf("the browser shows %d pixels, dark %t, page %s", found.Width, found.Dark, found.Page)
			}
			if found.Layout != test.layout || found.Rows == 0 || found.Texts < 5*found.Rows || found.Focusable < found.Rows {
				t.Errorf("%d jobs as %s, %d texts, %d places for the focus", found.Rows, found.Layout, found.Texts, found.Focusable)
			}
			for _, complaint := range found.Complaints {
				t.Error(complaint)
			}
			t.Logf("%d jobs, %d texts, the lowest contrast is %.2f", found.Rows, found.Texts, found.Lowest)
		})
	}
}

// unbrokenTargets have text that no browser breaks of its own accord.
func unbrokenTargets() []collector.TargetStatus {
	long := strings.Repeat("W", 200)
	last := sessions()[0]
	last.Job.ID, last.Job.Name, last.Job.Kind = long, long, long
	last.Last.State, last.Last.Error = job.Failed, job.Error{ID: long, Message: long}
	last.Failure = &upstream.Failure{Reason: job.ReasonUpstreamError, Message: long}
	last.LastFailure = last.Failure
	last.FailedAt = before(100000 * time.Hour)
	odd := machineImages()[3]
	odd.Last.UpstreamState = long
	odd.Last.Expiration = after(23*time.Hour + 59*time.Minute)
	return []collector.TargetStatus{target(long, long, last, odd)}
}

// The checks would be worth nothing if they found fault with nothing.
func TestTheAccessibilityCheckFindsFaults(t *testing.T) {
	faults := map[string]string{
		"contrast of text":                "document.querySelector('.error').style.color = '#888'",
		"contrast of a border":            "document.querySelector('select').style.borderColor = '#ccc'",
		"no label":                        "document.querySelector('label').remove()",
		"no name":                         "document.querySelector('progress').removeAttribute('aria-label')",
		"focus is not seen":               "document.querySelector('.probe').style.outline = 'none'",
		"scrolls sideways":                "document.querySelector('form').style.width = '3000px'",
		"outside its cell":                "document.querySelector('td small').style.width = '300px'",
		"too small":                       "document.querySelector('.states a').style.fontSize = '5px'",
		"a level of headings is left out": "document.querySelector('h2').outerHTML = '<h4>Jobs</h4>'",
		"no language":                     "document.documentElement.lang = ''",
		"out of the order":                "document.querySelector('button').tabIndex = 3",
	}
	var script strings.Builder
	for _, fault := range faults {
		script.WriteString(fault + ";\n")
	}
	b := serveToBrowser(t, exampleTargets(), variant{withoutPolicy: true, script: script.String() + measuringScript(t)})
	complaints := strings.Join(measure(t, b.framed(1280, "")).Complaints, "\n")
	for rule := range faults {
		if !strings.Contains(complaints, rule+":") {
			t.Errorf("the check does not notice %q", rule)
		}
	}
}

func TestNoHostileTextRunsInABrowser(t *testing.T) {
	b := serveToBrowser(t, hostileTargets(), variant{withoutPolicy: true, script: measuringScript(t)})
	found := measure(t, b.url+"/jobs")
	if found.Broken || found.Scripts != 1 {
		t.Errorf("a name ran as a script: %t, %d scripts", found.Broken, found.Scripts)
	}
	for _, text := range hostile() {
		if !slices.Contains(found.Names, text) {
			t.Errorf("no job is shown as %q but %q", text, found.Names)
		}
	}
}

func TestThePolicyStopsScriptsInABrowser(t *testing.T) {
	b := serveToBrowser(t, exampleTargets(), variant{forbidScript: true, script: "document.title = 'it ran'"})
	if page := browse(t, b.url+"/jobs"); !strings.Contains(page, "<title>Jobs") {
		t.Errorf("the policy lets a script run:\n%.500s", page)
	}
}

func TestTheFormFiltersInABrowser(t *testing.T) {
	submit := `
		if (!location.search) {
			document.querySelector('#search').value = 'IMAGE';
			document.querySelector('#state').value = 'running';
			document.querySelector('form button').click();
		} else {` + measuringScript(t) + "}"
	b := serveToBrowser(t, exampleTargets(), variant{script: submit, loads: 1})
	found := measure(t, b.url+"/jobs", "--virtual-time-budget=5000")
	if found.Address != "/jobs?search=IMAGE&state=running&system=&target=" || found.Search != "IMAGE" || found.State != "running" {
		t.Errorf("the form leads to %s, which shows %q and %q", found.Address, found.Search, found.State)
	}
	if !slices.Equal(found.Names, []string{"webserver image"}) {
		t.Errorf("the filtered page shows %q", found.Names)
	}
}

// The browser's clock runs as fast as it can here; how long it waits is in
// TestThePageLoadsItselfAgainUnlessPaused.
func TestThePageLoadsItselfAgainInABrowser(t *testing.T) {
	for query, want := range map[string]int{"?state=running&search=a": 3, "?state=running&refresh=off": 1} {
		b := serveToBrowser(t, exampleTargets(), variant{loads: 3})
		browse(t, b.url+"/jobs"+query, "--virtual-time-budget=40000")
		if got := b.addresses(); !slices.Equal(got, slices.Repeat([]string{"/jobs" + query}, want)) {
			t.Errorf("%s: the browser asked for %q", query, got)
		}
	}
}
