package e2e

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

func TestAScrapeUnderWayFinishesOnTheOldConfiguration(t *testing.T) {
	t.Parallel()
	held := newGate()
	simulated := exportertest.Simulate(t, simulator.Options{Intercept: held.hold}, simulator.VSphere(), simulator.SampleExchange())
	old := exportertest.SetAll(t, simulated.Config(), "labels", map[string]string{"generation": "old"})
	e := startExporter(t, old)
	if open := len(e.metrics().Jobs("vcenter-demo")); open == 0 || simulated.OpenSessions() != 1 {
		t.Fatalf("%d sessions are shown, %d logins are open", open, simulated.OpenSessions())
	}

	held.shut("vsphere")
	finished := make(chan *exportertest.Exposition)
	go func() { finished <- e.metrics() }()
	exportertest.Eventually(t, "a scrape is under way", held.holdsOne)
	without := exportertest.EditTargets(t, simulated.Config(), func(system string, _ map[string]any) bool { return system != "vsphere" })
	if status, text := e.reload(without); status != http.StatusOK {
		t.Fatalf("the reload that drops a target: %d %s", status, text)
	}
	if now := e.metrics(); len(now.Jobs("vcenter-demo")) != 0 || now.Sum("asyncjob_up", "target", "samples-demo") == 0 {
		t.Errorf("after the reload there are the sessions %q, and %v samples are up", now.Jobs("vcenter-demo"), now.Sum("asyncjob_up"))
	}
	if simulated.OpenSessions() != 1 || simulated.Count("vsphere", "logout") != 0 {
		t.Errorf("the dropped target was logged out of while a scrape uses it")
	}

	held.open()
	scrape := <-finished
	for _, target := range []string{"vcenter-demo", "samples-demo"} {
		jobs := len(scrape.Jobs(target))
		if up := scrape.Sum("asyncjob_up", "target", target, "generation", "old"); jobs == 0 || int(up) != jobs {
			t.Errorf("the scrape under way shows %v of %d jobs of %s with the old label", up, jobs, target)
		}
	}
	exportertest.Eventually(t, "the dropped target is logged out of", func() error {
		if open := simulated.OpenSessions(); open != 0 {
			return fmt.Errorf("%d sessions are open", open)
		}
		return nil
	})
	if logouts := simulated.Count("vsphere", "logout"); logouts != 1 {
		t.Errorf("%d logouts were sent, want 1", logouts)
	}
	exportertest.Eventually(t, "nothing is left of the dropped target on /metrics", func() error {
		if left := e.metrics().Text; strings.Contains(left, "vcenter-demo") {
			return errors.New(left)
		}
		return nil
	})
}

func TestChangedCredentialsMeanANewLogin(t *testing.T) {
	t.Parallel()
	simulated := exportertest.Simulate(t, simulator.Options{}, simulator.VSphere())
	e := startExporter(t, simulated.Config())
	listed := e.metrics().Sum("asyncjob_target_jobs", "source", "discovery")

	if status, text := e.reload(asMonitor(t, simulated.Config())); status != http.StatusOK {
		t.Fatalf("the reload: %d %s", status, text)
	}
	scrape := e.metrics()
	if up, _ := scrape.Value("asyncjob_target_up"); up != 1 {
		t.Errorf("asyncjob_target_up is %v", up)
	}
	exportertest.Eventually(t, "the first account is logged out of", func() error {
		logins, logouts, open := simulated.Count("vsphere", "login"), simulated.Count("vsphere", "logout"), simulated.OpenSessions()
		if logins != 2 || logouts != 1 || open != 1 {
			return fmt.Errorf("%d logins, %d logouts, %d open sessions", logins, logouts, open)
		}
		return nil
	})
	// What the first account listed is remembered, and read by id.
	if now := scrape.Sum("asyncjob_target_jobs", "source", "discovery"); now != listed {
		t.Errorf("%v listed jobs became %v", listed, now)
	}
	e.End()
	if open := simulated.OpenSessions(); open != 0 {
		t.Errorf("after the exporter's end %d sessions are open", open)
	}
}

func TestAReloadKeepsConnections(t *testing.T) {
	t.Parallel()
	world, err := simulator.NewWorld(simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	api := simulator.VSphere()
	var connections atomic.Int64
	upstream := httptest.NewUnstartedServer(api.Handler(world))
	upstream.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	upstream.Start()
	t.Cleanup(upstream.Close)
	configuration := exportertest.SetAll(t, "targets:\n"+indented(api.Target(world, upstream.URL)), "max_concurrency", 1)

	e := startExporter(t, configuration)
	e.metrics()
	before := connections.Load()
	for number := range 5 {
		if status, text := e.reload(withRelease(t, configuration, number)); status != http.StatusOK {
			t.Fatalf("the reload: %d %s", status, text)
		}
		e.metrics()
	}
	if after := connections.Load(); before == 0 || after != before {
		t.Errorf("%d connections became %d", before, after)
	}
}

func TestAChangedConfigurationIsReloadedByItself(t *testing.T) {
	t.Parallel()
	simulated := exportertest.Simulate(t, simulator.Options{}, simulator.SampleExchange())
	e := startExporter(t, simulated.Config(), "--config.auto-reload-interval=50ms")
	e.metrics()
	wantReloaded := func(what string, successful float64, release string) {
		t.Helper()
		exportertest.Eventually(t, what, func() error {
			scrape := e.metrics()
			got, _ := scrape.Value("asyncjob_exporter_config_last_reload_successful")
			found := exportertest.Label(scrape.Series("asyncjob_up")[0], "release")
			if got != successful || found != release {
				return fmt.Errorf("last_reload_successful is %v, the label is %q", got, found)
			}
			return nil
		})
	}
	replaceFile(t, e.config, withRelease(t, simulated.Config(), 1))
	wantReloaded("a changed configuration is in force", 1, "1")
	replaceFile(t, e.config, broken)
	wantReloaded("a broken configuration is refused and the old one stays", 0, "1")
	time.Sleep(200 * time.Millisecond) // four more looks at the same broken file
	if complaints := strings.Count(e.Log.String(), "Reload refused"); complaints != 1 {
		t.Errorf("the broken configuration is complained about %d times, want once", complaints)
	}
	replaceFile(t, e.config, withRelease(t, simulated.Config(), 2))
	wantReloaded("a repaired configuration is in force", 1, "2")
}

// gate holds the requests to one system while it is shut.
type gate struct {
	system  atomic.Pointer[string]
	waiting atomic.Int64
	opened  chan struct{}
}

func newGate() *gate { return &gate{opened: make(chan struct{})} }

func (g *gate) shut(system string) { g.system.Store(&system) }
func (g *gate) open()              { close(g.opened) }

// hold lets a request wait, and answers none.
func (g *gate) hold(system string, _ http.ResponseWriter, r *http.Request) bool {
	if shut := g.system.Load(); shut == nil || *shut != system {
		return false
	}
	g.waiting.Add(1)
	select {
	case <-g.opened:
	case <-r.Context().Done():
	}
	return false
}

func (g *gate) holdsOne() error {
	if g.waiting.Load() == 0 {
		return errors.New("no request waits")
	}
	return nil
}
