package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/testprogram"
)

// prometheus is a running Prometheus.
type prometheus struct {
	*exportertest.Process
	t       *testing.T
	address string
	config  string
}

// startPrometheus runs one with a configuration until the test ends.
func startPrometheus(t *testing.T, configuration string) *prometheus {
	t.Helper()
	path := testprogram.Asked(t, "ASYNCJOB_PROMETHEUS")
	directory := t.TempDir()
	p := &prometheus{t: t, config: filepath.Join(directory, "prometheus.yml")}
	if err := os.WriteFile(p.config, []byte(configuration), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Process = exportertest.StartProcess(t, path, "--config.file="+p.config, "--storage.tsdb.path="+filepath.Join(directory, "data"),
		"--web.listen-address=127.0.0.1:0", "--web.enable-lifecycle", "--scrape.discovery-reload-interval=100ms")
	p.address = p.Listening()
	exportertest.Eventually(t, "Prometheus is ready", func() error {
		if status, text := get(t, p.url("/-/ready")); status != http.StatusOK {
			return fmt.Errorf("%d %s", status, text)
		}
		return nil
	})
	return p
}

func (p *prometheus) url(path string) string { return "http://" + p.address + path }

// reload gives it another configuration.
func (p *prometheus) reload(configuration string) {
	p.t.Helper()
	replaceFile(p.t, p.config, configuration)
	if status, text := send(p.t, http.MethodPost, p.url("/-/reload")); status != http.StatusOK {
		p.t.Fatalf("Prometheus refuses its configuration: %d %s", status, text)
	}
}

// vector is the value of an expression now.
func (p *prometheus) vector(expression string) model.Vector {
	p.t.Helper()
	return query[model.Vector](p, url.Values{"query": {expression}})
}

// vectorAt is the value of an expression at a time.
func (p *prometheus) vectorAt(expression string, at model.Time) model.Vector {
	p.t.Helper()
	return query[model.Vector](p, url.Values{"query": {expression}, "time": {at.String()}})
}

// samples are those that were stored of the series that a selector selects, at
// the times at which their scrapes began.
func (p *prometheus) samples(selector string) model.Matrix {
	p.t.Helper()
	return query[model.Matrix](p, url.Values{"query": {selector + "[10m]"}})
}

func query[Result any](p *prometheus, parameters url.Values) Result {
	p.t.Helper()
	var answer struct {
		Result Result `json:"result"`
	}
	p.ask("/api/v1/query?"+parameters.Encode(), &answer)
	return answer.Result
}

// scrapeTarget is what Prometheus says of one of its targets.
type scrapeTarget struct {
	Pool     string            `json:"scrapePool"`
	URL      string            `json:"scrapeUrl"`
	Labels   map[string]string `json:"labels"`
	Health   string            `json:"health"`
	Error    string            `json:"lastError"`
	Scraped  time.Time         `json:"lastScrape"`
	Interval string            `json:"scrapeInterval"`
	Timeout  string            `json:"scrapeTimeout"`
}

// targets are those of one scrape configuration.
func (p *prometheus) targets(pool string) []scrapeTarget {
	p.t.Helper()
	var answer struct {
		Active []scrapeTarget `json:"activeTargets"`
	}
	p.ask("/api/v1/targets?state=active", &answer)
	var found []scrapeTarget
	for _, target := range answer.Active {
		if target.Pool == pool {
			found = append(found, target)
		}
	}
	return found
}

// waitUntilThere waits until a scrape configuration has so many targets.
func (p *prometheus) waitUntilThere(pool string, number int) []scrapeTarget {
	p.t.Helper()
	var targets []scrapeTarget
	exportertest.Eventually(p.t, fmt.Sprintf("%s has %d targets", pool, number), func() error {
		if targets = p.targets(pool); len(targets) != number {
			return fmt.Errorf("there are %d", len(targets))
		}
		return nil
	})
	return targets
}

// waitUntilUp waits until a scrape configuration has so many targets, and all
// were scraped well.
func (p *prometheus) waitUntilUp(pool string, number int) []scrapeTarget {
	p.t.Helper()
	var targets []scrapeTarget
	exportertest.Eventually(p.t, fmt.Sprintf("the %d targets of %s are up", number, pool), func() error {
		targets = p.waitUntilThere(pool, number)
		for _, target := range targets {
			if target.Health != "up" {
				return fmt.Errorf("%s is %s: %s", target.URL, target.Health, target.Error)
			}
		}
		return nil
	})
	return targets
}

// scrapeAfter waits for the first scrape of an instance that began after a time
// and went well, and tells when that was. Prometheus shifts the times of scrapes
// by two milliseconds at most: one that is so near does not count.
func (p *prometheus) scrapeAfter(after time.Time, selector string) model.Time {
	p.t.Helper()
	earliest := model.TimeFromUnixNano(after.Add(5 * time.Millisecond).UnixNano())
	var found model.Time
	exportertest.Eventually(p.t, selector+" is scraped", func() error {
		for _, series := range p.samples(selector) {
			for _, sample := range series.Values {
				if sample.Value == 1 && sample.Timestamp.After(earliest) {
					found = sample.Timestamp
					return nil
				}
			}
		}
		return fmt.Errorf("no good scrape since %s", after)
	})
	return found
}

// complaints are the warnings and errors in its log.
func (p *prometheus) complaints() []string {
	var lines []string
	for line := range strings.Lines(p.Log.String()) {
		if regexp.MustCompile(`(?i)level=(warn|error)`).MatchString(line) {
			lines = append(lines, line)
		}
	}
	return lines
}

func (p *prometheus) ask(path string, data any) {
	p.t.Helper()
	status, text := get(p.t, p.url(path))
	answer := struct {
		Data any `json:"data"`
	}{data}
	if err := json.Unmarshal([]byte(text), &answer); err != nil || status != http.StatusOK {
		p.t.Fatalf("GET %s: %d %s (%v)", path, status, text, err)
	}
}
