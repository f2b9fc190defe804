package page

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
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
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/testprogram"
)

// measured is what testdata/measure.js found out about the page in a browser.
type measured struct {
	Width      int      `json:"width"`
	Dark       bool     `json:"dark"`
	Page       string   `json:"page"`
	Rows       int      `json:"rows"`
	Seen       int      `json:"seen"`
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
	// later is what the page shows once it was loaded; nil: the same.
	later http.Handler
}

// policy is the page's own one, changed no more than the test needs.
func (v variant) policy(own string) string {
	switch {
	case v.withoutPolicy:
		return ""
	case v.forbidScript:
		return own
	default:
		own = strings.Replace(own, "frame-ancestors 'none'", "frame-ancestors 'self'", 1)
		return strings.Replace(own, "script-src ", "script-src 'nonce-test' ", 1)
	}
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
	b := &browsed{page: handler(t, exporterOf(targets)), variant: v}
	mux := http.NewServeMux()
	mux.HandleFunc("/jobs", b.jobs)
	mux.HandleFunc("/frame", inFrame)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

func (b *browsed) jobs(w http.ResponseWriter, r *http.Request) {
	page := b.page
	if b.note(r.URL.RequestURI()) > 1 && b.variant.later != nil {
		page = b.variant.later
	}
	recorded := httptest.NewRecorder()
	page.ServeHTTP(recorded, r)
	w.Header().Set("Content-Type", recorded.Header().Get("Content-Type"))
	w.Header().Set("Content-Security-Policy", b.variant.policy(recorded.Header().Get("Content-Security-Policy")))
	w.WriteHeader(recorded.Code)
	_, _ = w.Write([]byte(strings.Replace(recorded.Body.String(), "</body>", `<script nonce="test">`+b.variant.script+"</script></body>", 1)))
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

func inFrame(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!DOCTYPE html><html style="color-scheme: light dark"><body style="margin: 0">`+
		`<iframe src="/jobs?%s" style="border: 0; height: 900px; width: %spx"></iframe></body></html>`,
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

// The pages are looked at as wide as a desktop, a wall and a phone, and at some
// widths between, by day and by night.
func TestLayoutAndAccessibilityInABrowser(t *testing.T) {
	const day, night = "rgb(255, 255, 255)", "rgb(21, 23, 26)"
	const one, hostileOne = "target=vcenter-prod&job_id=815994e5-2828-4a88-86ed-4575f9e964e2:9c7e16e9", "target=%22%3E%3Cimg+src%3Dx+onerror%3D%22window.broken+%3D+true%22%3E&job_id="
	script := measuringScript(t)
	for name, test := range map[string]struct {
		targets []collector.TargetStatus
		query   string
		width   int
		dark    bool
		layout  string
	}{
		"desktop":                    {exampleTargets(), "", 1280, false, "table"},
		"desktop by night":           {exampleTargets(), "", 1280, true, "table"},
		"wall":                       {exampleTargets(), "", 1600, false, "table"},
		"wall by night":              {exampleTargets(), "", 1600, true, "table"},
		"phone":                      {exampleTargets(), "", 400, false, "cards"},
		"phone by night":             {exampleTargets(), "", 400, true, "cards"},
		"small phone":                {exampleTargets(), "", 320, false, "cards"},
		"tablet":                     {exampleTargets(), "", 768, false, "cards"},
		"narrowest table":            {exampleTargets(), "", 1025, false, "table"},
		"many filters on a phone":    {exampleTargets(), "label=team&label=release%3Dnoble&state=running&attention=true&sort=-age", 400, true, "cards"},
		"hostile on a desktop":       {hostileTargets(), "", 1280, false, "table"},
		"hostile on a phone":         {hostileTargets(), "", 320, false, "cards"},
		"unbroken on a desktop":      {unbrokenTargets(), "", 1280, false, "table"},
		"unbroken on a phone":        {unbrokenTargets(), "", 390, false, "cards"},
		"full page on a phone":       {manyTargets(5000), "page=2", 390, false, "cards"},
		"full page":                  {manyTargets(5000), "page=2&targets=all", 1280, false, "table"},
		"one job":                    {exampleTargets(), one, 1280, false, ""},
		"one job by night":           {exampleTargets(), one, 1600, true, ""},
		"one job on a phone":         {exampleTargets(), one, 400, false, ""},
		"one hostile job":            {hostileTargets(), hostileOne + url.QueryEscape("0 "+hostile()[0]), 1025, true, ""},
		"one hostile job on a phone": {hostileTargets(), hostileOne + url.QueryEscape("1 "+hostile()[1]), 320, false, ""},
		"one unbroken job":           {unbrokenTargets(), "target=" + strings.Repeat("W", 200) + "&job_id=" + strings.Repeat("W", 200), 390, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := serveToBrowser(t, test.targets, variant{script: script})
			scheme, page := "1", day
			if test.dark {
				scheme, page = "0", night
			}
			found := measure(t, b.framed(test.width, test.query), "--window-size=1700,1000", "--blink-settings=preferredColorScheme="+scheme)
			if found.Width != test.width || found.Dark != test.dark || found.Page != page {
				t.Errorf("the browser shows %d pixels, dark %t, page %s", found.Width, found.Dark, found.Page)
			}
			isList := test.layout != ""
			if isList && (found.Layout != test.layout || found.Rows == 0 || found.Texts < 4*found.Rows || found.Focusable < found.Rows) {
				t.Errorf("%d jobs as %s, %d texts, %d places for the focus", found.Rows, found.Layout, found.Texts, found.Focusable)
			}
			if !isList && (found.Rows != 0 || found.Texts < 20) {
				t.Errorf("the page of one job has %d rows of jobs and %d texts", found.Rows, found.Texts)
			}
			for _, complaint := range found.Complaints {
				t.Error(complaint)
			}
			t.Logf("%d jobs, %d texts, the lowest contrast is %.2f", found.Rows, found.Texts, found.Lowest)
		})
	}
}

// A screen that is 900 pixels high shows at least twenty jobs.
func TestTwentyJobsAreSeenAtOnce(t *testing.T) {
	targets := manyTargets(100)[:4]
	for _, width := range []int{1280, 1600} {
		b := serveToBrowser(t, targets, variant{script: measuringScript(t)})
		if found := measure(t, b.framed(width, ""), "--window-size=1700,1000"); found.Seen < 20 {
			t.Errorf("%d pixels wide the page shows %d jobs at once", width, found.Seen)
		}
	}
}

// unbrokenTargets have text that no browser breaks of its own accord.
func unbrokenTargets() []collector.TargetStatus {
	long := strings.Repeat("W", 200)
	last := sessions()[0]
	last.Job.Labels = map[string]string{long: long, "a": long, "b": long, "c": long}
	last.Job.ID, last.Job.Name, last.Job.Kind = long, long, long
	last.Last.State, last.Last.Error = job.Failed, job.Error{ID: long, Message: long}
	last.Failure = &upstream.Failure{Reason: job.ReasonUpstreamError, Message: long}
	last.LastFailure = last.Failure
	last.FailedAt = before(100000 * time.Hour)
	odd := machineImages()[3]
	odd.Last.UpstreamState = long
	odd.Last.Expiration = after(23*time.Hour + 59*time.Minute)
	of := target(long, long, last, odd)
	of.Up, of.Failure = false, last.Failure
	of.JobSources = []config.JobSourceStatus{{Path: long, Err: errors.New(long)}}
	return []collector.TargetStatus{of}
}

// The checks would be worth nothing if they found fault with nothing.
func TestTheAccessibilityCheckFindsFaults(t *testing.T) {
	faults := map[string]string{
		"contrast of text":                "document.querySelector('.why').style.color = '#888'",
		"contrast of a border":            "document.querySelector('select').style.borderColor = '#ccc'",
		"no label":                        "document.querySelector('label').remove()",
		"no name":                         "document.querySelector('progress').removeAttribute('aria-label')",
		"focus is not seen":               "document.querySelector('.name').style.outline = 'none'",
		"scrolls sideways":                "document.querySelector('form').style.width = '3000px'",
		"outside its cell":                "document.querySelector('.jobs time').style.paddingLeft = '300px'",
		"too small":                       "document.querySelector('.states a').style = 'font-size: 5px; min-height: 0'",
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
	if found.Broken || found.Scripts != 2 {
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
	if page := browse(t, b.url+"/jobs"); !strings.Contains(page, "Jobs - asyncjob_exporter</title>") {
		t.Errorf("the policy lets a script run:\n%.500s", page)
	}
}

func TestTheFormFiltersInABrowser(t *testing.T) {
	submit := `
		if (!location.search.includes('search')) {
			document.querySelector('#search').value = 'IMAGE';
			document.querySelector('#label').value = 'team=images';
			document.querySelector('form button').click();
		} else {` + measuringScript(t) + "}"
	b := serveToBrowser(t, exampleTargets(), variant{script: submit})
	found := measure(t, b.url+"/jobs?state=running", "--virtual-time-budget=5000")
	if want := "/jobs?search=IMAGE&target=&system=&kind=&label=team%3Dimages&state=running"; found.Address != want || found.Search != "IMAGE" {
		t.Errorf("the form leads to %s, which shows %q", found.Address, found.Search)
	}
	if !slices.Equal(found.Names, []string{"ubuntu-24.04"}) {
		t.Errorf("the filtered page shows %q", found.Names)
	}
}

// The browser's clock runs as fast as it can here: half a minute is over at once.
const halfAMinute = "--virtual-time-budget=35000"

// The page is brought up to date, and takes nothing away from whoever types.
func TestThePageIsBroughtUpToDateInABrowser(t *testing.T) {
	typing := `document.querySelector('#search').focus(); document.querySelector('#search').value = 'half a wo';
		setTimeout(() => {
			const typed = document.activeElement;
			document.body.append(` + "`typed ${typed.value} in ${typed.id}, title ${document.title}`" + `);
		}, 33000);`
	later := handler(t, exporterOf(exampleTargets()[1:2]))
	b := serveToBrowser(t, exampleTargets()[:1], variant{script: typing, later: later})
	page := browse(t, b.url+"/jobs?refresh=on", halfAMinute)
	if !strings.Contains(page, "typed half a wo in search, title 2 need attention - Jobs") {
		t.Errorf("what was typed is gone, or the title old:\n%.500s", page[max(0, len(page)-500):])
	}
	if !strings.Contains(page, "webserver image") || strings.Contains(page, "ubuntu-24.04") {
		t.Error("the page still shows what it did at first")
	}
	if got := len(b.addresses()); got != 3 {
		t.Errorf("the page was asked for %d times in half a minute", got)
	}
}

func TestAPausedPageStaysInABrowser(t *testing.T) {
	b := serveToBrowser(t, exampleTargets(), variant{})
	browse(t, b.url+"/jobs?state=running&refresh=off", halfAMinute)
	if got := b.addresses(); !slices.Equal(got, []string{"/jobs?state=running&refresh=off"}) {
		t.Errorf("the browser asked for %q", got)
	}
}

// A page that is left open says when the exporter is gone, and keeps what it knew.
func TestAnExporterThatDoesNotAnswerInABrowser(t *testing.T) {
	gone := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "gone", http.StatusBadGateway) })
	page := browse(t, serveToBrowser(t, exampleTargets(), variant{later: gone}).url+"/jobs", halfAMinute)
	if !strings.Contains(page, "The exporter does not answer since") || !strings.Contains(page, "ubuntu-24.04") {
		t.Error("the page does not say that it is old")
	}
}
