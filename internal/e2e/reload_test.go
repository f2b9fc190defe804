package e2e

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

const (
	reloads = 100
	// scrapers ask for /metrics one scrape after another meanwhile.
	scrapers = 3
	// loadJobs is the number of jobs, half of which have ended.
	loadJobs = 100
	// broken is a configuration that is refused.
	broken = "targets: [{name: samples, sistem: sample_exchange}]\n"
)

// Reloads come in turn by signal and by request; every fourth is of a broken
// configuration, each of the others changes what is shown of all targets.
func TestAHundredReloadsUnderLoadLoseNothing(t *testing.T) {
	t.Parallel()
	reads := newReaders()
	simulated := exportertest.Simulate(t, simulator.Options{
		Load: &simulator.Load{Jobs: loadJobs, FinishedShare: 0.5, FilesPerSession: 2, DataCenters: 2}, Intercept: reads.note,
	})
	e := startExporter(t, simulated.Config())
	first := e.metrics()
	logins := simulated.Count("", "login")

	load := startScraping(t, e)
	for number := range reloads {
		reloadOnce(t, e, number, withRelease(t, simulated.Config(), number))
	}
	scrapes := load.stop()
	t.Logf("%d reloads during %d scrapes", reloads, scrapes)
	if scrapes < scrapers {
		t.Errorf("only %d scrapes were finished meanwhile", scrapes)
	}

	last := e.metrics()
	if release := exportertest.Label(last.Series("asyncjob_up")[0], "release"); release != fmt.Sprint(reloads-1) {
		t.Errorf("the last configuration's label is %q", release)
	}
	if now := simulated.Count("", "login"); now != logins || simulated.OpenSessions() != 1 {
		t.Errorf("%d logins became %d, open sessions: %d", logins, now, simulated.OpenSessions())
	}
	if counted := last.Sum("asyncjob_exporter_upstream_requests_total", "operation", "login"); int(counted) != logins {
		t.Errorf("the exporter counts %v logins, want %d", counted, logins)
	}
	wantRemembered(t, first, last, reads)
}

// withRelease is a configuration in which every series has another label.
func withRelease(t *testing.T, configuration string, number int) string {
	t.Helper()
	return exportertest.SetAll(t, configuration, "labels", map[string]string{"release": fmt.Sprint(number)})
}

// reloadOnce reloads in one of four ways, and waits until that is done.
func reloadOnce(t *testing.T, e *exporter, number int, configuration string) {
	t.Helper()
	bySignal := number%2 == 1
	bad := number%8 == 2 || number%8 == 5
	if bad {
		configuration = broken
	}
	if bySignal {
		replaceFile(t, e.config, configuration)
		e.Signal(syscall.SIGHUP)
	} else if status, text := e.reload(configuration); bad {
		if status != http.StatusInternalServerError || !strings.Contains(text, `unknown key "sistem"`) {
			t.Errorf("a reload of a broken configuration is answered %d %s", status, text)
		}
	} else if status != http.StatusOK {
		t.Errorf("a reload is answered %d %s", status, text)
	}
	exportertest.Eventually(t, "the reload is logged", func() error {
		if logged := e.reloadsLogged(); logged != number+1 {
			return fmt.Errorf("%d reloads are, want %d", logged, number+1)
		}
		return nil
	})
}

// reloadsLogged is how many reloads there were, refused ones too.
func (e *exporter) reloadsLogged() int {
	return len(regexp.MustCompile(`msg="Reload(ed the configuration| refused)`).FindAllString(e.Log.String(), -1))
}

// wantRemembered tells whether it is still known since when each job is known,
// and that those which had ended need not be read again.
func wantRemembered(t *testing.T, first, last *exportertest.Exposition, reads *readers) {
	t.Helper()
	ended := 0
	for _, job := range first.Series("asyncjob_first_seen_timestamp_seconds") {
		target, id := exportertest.Label(job, "target"), exportertest.Label(job, "job_id")
		before := job.GetGauge().GetValue()
		if now, _ := last.Value("asyncjob_first_seen_timestamp_seconds", "target", target, "job_id", id); now != before {
			t.Errorf("job %s was first seen at %v, now at %v", id, before, now)
		}
		if first.State(target, id) != "succeeded" {
			continue
		}
		ended++
		if times := reads.times(id); times != 1 {
			t.Errorf("job %s, which had ended, was read %d times", id, times)
		}
	}
	if ended == 0 {
		t.Error("no job had ended")
	}
}

// scraping is a load of scrapes, all of which have to show all jobs.
type scraping struct {
	once     sync.Once
	done     chan struct{}
	scrapers sync.WaitGroup
	scrapes  atomic.Int64
}

func startScraping(t *testing.T, e *exporter) *scraping {
	s := &scraping{done: make(chan struct{})}
	t.Cleanup(func() { s.stop() })
	for range scrapers {
		s.scrapers.Go(func() {
			for {
				select {
				case <-s.done:
					return
				default:
				}
				wantWhole(t, e.metrics())
				s.scrapes.Add(1)
			}
		})
	}
	return s
}

// stop ends the load and returns how many scrapes there were.
func (s *scraping) stop() int {
	s.once.Do(func() { close(s.done) })
	s.scrapers.Wait()
	return int(s.scrapes.Load())
}

// wantWhole tells whether a scrape shows all jobs, and all on one configuration.
func wantWhole(t *testing.T, scrape *exportertest.Exposition) {
	t.Helper()
	if up := scrape.Sum("asyncjob_up"); up != loadJobs {
		t.Errorf("a scrape shows %v of %d jobs", up, loadJobs)
	}
	releases := map[string]bool{}
	for _, job := range scrape.Series("asyncjob_up") {
		releases[exportertest.Label(job, "release")] = true
	}
	if len(releases) != 1 {
		t.Errorf("a scrape shows jobs of several configurations: %v", releases)
	}
}
