package e2e

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// scrapeTimeout is that of scrapes which nothing slows down.
const scrapeTimeout = 30 * time.Second

func TestAListedJobThatIsConfiguredIsOneJob(t *testing.T) {
	t.Parallel()
	for _, system := range listingSystems() {
		t.Run(system.name, func(t *testing.T) {
			t.Parallel()
			simulated := exportertest.Simulate(t, simulator.Options{}, system.api)
			e := exportertest.Start(t, exportertest.Options{Config: simulated.Config()})
			found := e.Scrape(scrapeTimeout)

			if name := jobName(found, system.target, system.configuredID(t, simulated)); name != system.configured {
				t.Errorf("the configured job is called %q, want %q", name, system.configured)
			}
			configured := found.Sum("asyncjob_target_jobs", "target", system.target, "source", "config")
			discovered := found.Sum("asyncjob_target_jobs", "target", system.target, "source", "discovery")
			jobs := found.Jobs(system.target)
			if discovered == 0 || int(configured+discovered) != len(jobs) {
				t.Errorf("%v configured and %v discovered jobs are %d jobs", configured, discovered, len(jobs))
			}
			if unique := slices.Compact(slices.Clone(jobs)); len(unique) != len(jobs) {
				t.Errorf("a job is there twice: %q", jobs)
			}
			byID := 0
			for _, id := range jobs {
				if jobName(found, system.target, id) == id {
					byID++
				}
			}
			if byID != 0 {
				t.Errorf("%d jobs are called by their id, and not by what they work on", byID)
			}
		})
	}
}

func TestAVCenterListsBothKindsOfSessions(t *testing.T) {
	t.Parallel()
	simulated := exportertest.Simulate(t, simulator.Options{}, simulator.VSphere())
	e := exportertest.Start(t, exportertest.Options{Config: simulated.Config()})
	found := e.Scrape(scrapeTimeout)
	for _, kind := range []string{"update", "download"} {
		listed := found.Series("asyncjob_info", "kind", kind)
		if len(listed) == 0 {
			t.Errorf("no %s session was listed", kind)
		}
		for _, job := range listed {
			id := exportertest.Label(job, "job_id")
			if up, _ := found.Value("asyncjob_up", "job_id", id); up != 1 {
				t.Errorf("%s session %s is not read: %s", kind, id, found.Reason("vcenter-demo", id))
			}
		}
	}
}

// A vCenter lists only the caller's own sessions, but shows those of others to
// whoever knows their id.
func TestAnotherAccountOfAVCenterFindsNothingAndReadsWhatIsNamed(t *testing.T) {
	t.Parallel()
	simulated := exportertest.Simulate(t, simulator.Options{}, simulator.VSphere())
	e := exportertest.Start(t, exportertest.Options{Config: asMonitor(t, simulated.Config())})
	found := e.Scrape(scrapeTimeout)
	if listed, ok := found.Value("asyncjob_target_jobs", "source", "discovery"); !ok || listed != 0 {
		t.Errorf("discovered %v jobs (%v), want none", listed, ok)
	}
	named, _ := found.Value("asyncjob_target_jobs", "source", "config")
	if up := found.Sum("asyncjob_up"); up == 0 || up != named {
		t.Errorf("%v of %v named jobs are up", up, named)
	}
}

// asMonitor is a configuration with the simulated vCenter's account that has
// made no session.
func asMonitor(t *testing.T, text string) string {
	return exportertest.SetAll(t, text, "basic_auth", map[string]string{
		"username": "monitor@vsphere.local", "password": "vsphere-demo-monitor-password",
	})
}

// What an exporter shows beyond what one shows that was started this moment is
// what it remembers.
func TestAListedJobThatVanishedIsRememberedForTheRetention(t *testing.T) {
	t.Parallel()
	const target, retention = "vcenter-demo", 15 * time.Minute
	clock := exportertest.NewClock()
	simulated := exportertest.Simulate(t, simulator.Options{Clock: clock.Now}, simulator.VSphere())
	configuration := exportertest.SetAll(t, simulated.Config(), "retention", retention.String())
	e := exportertest.Start(t, exportertest.Options{Config: configuration, Now: clock.Now})
	e.Scrape(scrapeTimeout)

	clock.Advance(3 * time.Minute)
	fresh := exportertest.Start(t, exportertest.Options{Config: configuration, Now: clock.Now})
	known, listed := e.Scrape(scrapeTimeout), fresh.Scrape(scrapeTimeout).Jobs(target)
	vanished := without(known.Jobs(target), listed)
	if len(vanished) == 0 {
		t.Fatal("no listed job vanished")
	}
	for _, id := range vanished {
		if state := known.State(target, id); state != "succeeded" && state != "gone" && state != "expired" {
			t.Errorf("the vanished job %s is %q", id, state)
		}
	}

	clock.Advance(retention - 4*time.Minute)
	if forgotten := without(vanished, e.Scrape(scrapeTimeout).Jobs(target)); len(forgotten) > 0 {
		t.Errorf("a minute before the retention has passed, %q are forgotten", forgotten)
	}
	clock.Advance(2 * time.Minute)
	now := e.Scrape(scrapeTimeout).Jobs(target)
	if forgotten := without(vanished, now); len(forgotten) != len(vanished) {
		t.Errorf("a minute after the retention has passed, of %q only %q are forgotten", vanished, forgotten)
	}
}

// 250 uploads are three pages of the vendor's hundred. Its documents do not say
// whether an item of the list is wrapped in an object with its type's name.
func TestTheMarketplacesPagesAreReadToTheEnd(t *testing.T) {
	t.Parallel()
	for name, shape := range map[string]func(http.Handler) http.Handler{"wrapped items": wrapped, "bare items": bare} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := startMarketplace(t, exportertest.NewClock(), shape)
			e := m.export(t, time.Hour)
			if jobs := e.Scrape(scrapeTimeout).Jobs(m.target); len(jobs) != 250 {
				t.Errorf("found %d uploads, want 250", len(jobs))
			}
			var offsets []string
			for _, arrival := range m.upstream.Arrivals() {
				if path, query, _ := strings.Cut(arrival.URI, "?"); strings.HasSuffix(path, "/machineimages") {
					offsets = append(offsets, query)
				}
			}
			if len(offsets) != 3 || !strings.Contains(offsets[0], "offset=0&") || !strings.Contains(offsets[2], "offset=200&") {
				t.Errorf("the lists were asked for with %q, want three pages", offsets)
			}
		})
	}
}

// Where the list's items say all that the uploads' own resources say, a scrape costs
// a request a page, and none for each upload.
func TestUploadsAreReadByThePage(t *testing.T) {
	t.Parallel()
	clock := exportertest.NewClock()
	m := startMarketplace(t, clock, wrapped)
	e := m.export(t, time.Hour)
	for range 3 {
		before := len(m.upstream.Arrivals())
		scraped := e.Scrape(scrapeTimeout)
		if up := scraped.Sum("asyncjob_up", "target", m.target); up != 250 {
			t.Errorf("%v uploads are up, want 250", up)
		}
		const pages = 3
		if sent := len(m.upstream.Arrivals()) - before; sent > pages+1 { // a login
			t.Errorf("a scrape of 250 uploads took %d requests, want one a page", sent)
		}
		clock.Advance(15 * time.Second)
	}
	scraped := e.Scrape(scrapeTimeout)
	if avoided := scraped.Sum("asyncjob_exporter_reads_avoided_total", "reason", "listed", "target", m.target); avoided < 250 {
		t.Errorf("%v reads were avoided by lists, want at least 250", avoided)
	}
}

// 50 of the simulated uploads ended half an hour before the start.
func TestOfFinishedUploadsThoseWithinTheRetentionAreFound(t *testing.T) {
	t.Parallel()
	t.Run("by an exporter that is started later", func(t *testing.T) {
		t.Parallel()
		m := startMarketplace(t, exportertest.NewClock(), wrapped)
		for retention, want := range map[time.Duration]int{29 * time.Minute: 200, 31 * time.Minute: 250} {
			if jobs := m.export(t, retention).Scrape(scrapeTimeout).Jobs(m.target); len(jobs) != want {
				t.Errorf("with a retention of %s %d uploads are found, want %d", retention, len(jobs), want)
			}
		}
	})
	t.Run("by an exporter that saw them end", func(t *testing.T) {
		t.Parallel()
		clock := exportertest.NewClock()
		m := startMarketplace(t, clock, wrapped)
		e := m.export(t, time.Hour)
		for _, step := range []struct {
			wait time.Duration
			want int
		}{{0, 250}, {29 * time.Minute, 250}, {2 * time.Minute, 200}} {
			clock.Advance(step.wait)
			if jobs := e.Scrape(scrapeTimeout).Jobs(m.target); len(jobs) != step.want {
				t.Errorf("%s later there are %d uploads, want %d", step.wait, len(jobs), step.want)
			}
		}
	})
}

// marketplace is a simulated one with 250 uploads.
type marketplace struct {
	target        string
	upstream      *exportertest.Upstream
	configuration string
	clock         *exportertest.Clock
}

// startMarketplace serves it with lists of a certain shape.
func startMarketplace(t *testing.T, clock *exportertest.Clock, shape func(http.Handler) http.Handler) *marketplace {
	t.Helper()
	world, err := simulator.NewWorld(simulator.Options{Clock: clock.Now, Load: &simulator.Load{Jobs: 250, FinishedShare: 0.2, DataCenters: 1}})
	if err != nil {
		t.Fatal(err)
	}
	api := simulator.OracleMarketplace()
	m := &marketplace{target: "marketplace-demo", clock: clock}
	m.upstream = exportertest.NewUpstream(t, shape(api.Handler(world)).ServeHTTP)
	m.configuration = "targets:\n" + indented(api.Target(world, m.upstream.URL))
	return m
}

// export runs an exporter that knows nothing but what is listed.
func (m *marketplace) export(t *testing.T, retention time.Duration) *exportertest.Exporter {
	t.Helper()
	configuration := exportertest.EditTargets(t, m.configuration, func(_ string, target map[string]any) bool {
		delete(target, "jobs")
		target["discovery"] = true
		target["retention"] = retention.String()
		return true
	})
	return exportertest.Start(t, exportertest.Options{Config: configuration, Now: m.clock.Now})
}

func wrapped(next http.Handler) http.Handler { return next }

// bare takes the items of a list out of their wrapping.
func bare(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/machineimages") {
			next.ServeHTTP(w, r)
			return
		}
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		var page struct {
			Items []map[string]json.RawMessage `json:"items"`
		}
		if err := json.NewDecoder(bytes.NewReader(answer.Body.Bytes())).Decode(&page); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		items := []json.RawMessage{}
		for _, item := range page.Items {
			items = slices.AppendSeq(items, maps.Values(item))
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"items": items})
	})
}

// listingSystem is a system that can list its jobs, with one that the
// simulator's configuration names and its list has, too.
type listingSystem struct {
	name       string
	api        simulator.API
	target     string
	configured string
}

func listingSystems() []listingSystem {
	return []listingSystem{
		{"vsphere", simulator.VSphere(), "vcenter-demo", "ubuntu-24.04"},
		{"vsphere before 7.0U2", simulator.VSphereREST(), "vcenter-demo", "ubuntu-24.04"},
		{"oracle_marketplace", simulator.OracleMarketplace(), "marketplace-demo", "wordpress"},
	}
}

// configuredID is the id of that job, which the list has to have.
func (s listingSystem) configuredID(t *testing.T, simulated *simulator.Simulator) string {
	t.Helper()
	id := ""
	unnamed := exportertest.EditTargets(t, simulated.Config(), func(_ string, target map[string]any) bool {
		for _, job := range jobsOf(target) {
			if job["name"] == s.configured {
				id = text(job["id"])
			}
		}
		delete(target, "jobs")
		return true
	})
	listed := exportertest.Start(t, exportertest.Options{Config: unnamed}).Scrape(scrapeTimeout).Jobs(s.target)
	if !slices.Contains(listed, id) {
		t.Fatalf("the list has %q, but not the configured job %q", listed, id)
	}
	return id
}

// jobName is the name of a job; empty where it has none, or several.
func jobName(found *exportertest.Exposition, target, id string) string {
	infos := found.Series("asyncjob_info", "target", target, "job_id", id)
	if len(infos) != 1 {
		return ""
	}
	return exportertest.Label(infos[0], "job_name")
}

func without(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(one string) bool { return slices.Contains(some, one) })
}
