package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// bench is one run of all scenarios.
type bench struct {
	exporter string
	peer     string
	rounds   int
	only     string
}

// subject is one program that reads all jobs when asked to.
type subject struct {
	name    string
	process *process
	// urls are what Prometheus asks for in one scrape.
	urls []string
	// metrics is the exporter's own page.
	metrics string
	cpu     []time.Duration
	wall    []time.Duration
	// bytes of the last scrape's answers, as sent.
	bytes int64
}

// compare runs all scenarios and prints a table row for each.
func (b *bench) compare(ctx context.Context) error {
	fmt.Println("| scenario | upstream requests per scrape | exporter: CPU per 1,000 jobs | wall | peak memory | answer | floor: CPU | exporter/floor | peer: CPU | exporter/peer |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|")
	for _, s := range matching(b.only) {
		if err := b.measure(ctx, s); err != nil {
			return fmt.Errorf("scenario %q: %w", s.name, err)
		}
	}
	return nil
}

// measure runs one scenario.
func (b *bench) measure(ctx context.Context, s scenario) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	directory, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(directory)
	simulator, configPath, err := startSimulator(ctx, s, directory)
	if err != nil {
		return err
	}
	defer simulator.stop()
	subjects, err := b.startSubjects(ctx, s, configPath, directory)
	defer func() {
		for _, subject := range subjects {
			subject.process.stop()
		}
	}()
	if err != nil {
		return err
	}
	for _, subject := range subjects { // connections, logins, and what is finished
		if _, err := subject.scrape(ctx); err != nil {
			return err
		}
	}
	for range b.rounds {
		for _, subject := range subjects {
			if err := subject.round(ctx, s.scrapes); err != nil {
				return err
			}
		}
	}
	return report(ctx, s, subjects)
}

func startSimulator(ctx context.Context, s scenario, directory string) (*process, string, error) {
	configPath := directory + "/asyncjob.yml"
	arguments := []string{
		"simulate", "--config=" + configPath, "--jobs=" + strconv.Itoa(s.jobs), fmt.Sprintf("--finished=%g", s.finished),
		"--latency=" + s.latency.String(), "--system=" + s.system, "--max-concurrency=" + strconv.Itoa(s.concurrency),
	}
	simulator, err := start(ctx, os.Args[0], arguments...)
	if err != nil {
		return nil, "", err
	}
	for ctx.Err() == nil {
		if _, err := os.Stat(configPath); err == nil {
			return simulator, configPath, nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return simulator, "", ctx.Err()
}

func (b *bench) startSubjects(ctx context.Context, s scenario, configPath, directory string) ([]*subject, error) {
	var subjects []*subject
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	exporterConfig, err := s.exporterConfig(configPath)
	if err != nil {
		return nil, err
	}
	arguments := []string{"--config.file=" + exporterConfig, "--web.listen-address=" + address, "--log.level=error", "--scrape.timeout=5m"}
	if s.shards > 0 {
		arguments = append(arguments, "--no-web.metrics-jobs")
	}
	exporter, err := start(ctx, b.exporter, arguments...)
	if err != nil {
		return nil, err
	}
	read := &subject{name: "exporter", process: exporter, metrics: "http://" + address + "/metrics"}
	for _, path := range s.paths() {
		read.urls = append(read.urls, "http://"+address+path)
	}
	subjects = append(subjects, read)
	if err := waitFor(ctx, address); err != nil || !s.comparable() {
		return subjects, err
	}
	floorAddress, err := freeAddress()
	if err != nil {
		return subjects, err
	}
	floor, err := start(ctx, os.Args[0], "floor", "--config="+configPath, "--listen="+floorAddress)
	if err != nil {
		return subjects, err
	}
	subjects = append(subjects, &subject{name: "floor", process: floor, urls: []string{"http://" + floorAddress + "/round"}})
	if err := waitFor(ctx, floorAddress); err != nil || b.peer == "" || s.system != "" {
		return subjects, err
	}
	found, err := findUpstreams(ctx, configPath)
	if err != nil {
		return subjects, err
	}
	peer, urls, err := startPeer(ctx, b.peer, directory, found)
	if err != nil {
		return subjects, err
	}
	return append(subjects, &subject{name: "peer", process: peer, urls: urls}), nil
}

// round measures some scrapes.
func (s *subject) round(ctx context.Context, scrapes int) error {
	before, err := s.process.cpu()
	if err != nil {
		return err
	}
	var wall time.Duration
	for range scrapes {
		took, err := s.scrape(ctx)
		if err != nil {
			return err
		}
		wall += took
	}
	after, err := s.process.cpu()
	if err != nil {
		return err
	}
	s.cpu = append(s.cpu, (after-before)/time.Duration(scrapes))
	s.wall = append(s.wall, wall/time.Duration(scrapes))
	return nil
}

// scrapers is how many of a peer's probes Prometheus would have under way.
const scrapers = 16

// scrape asks for all URLs as Prometheus does.
func (s *subject) scrape(ctx context.Context) (time.Duration, error) {
	started := time.Now()
	queue := make(chan string, len(s.urls))
	for _, url := range s.urls {
		queue <- url
	}
	close(queue)
	type result struct {
		bytes int64
		err   error
	}
	workers := min(scrapers, len(s.urls))
	results := make(chan result, workers)
	for range workers {
		go func() {
			var r result
			for url := range queue {
				size, err := get(ctx, url)
				r.bytes += size
				r.err = errors.Join(r.err, err)
			}
			results <- r
		}()
	}
	s.bytes = 0
	var failed error
	for range workers {
		r := <-results
		s.bytes += r.bytes
		failed = errors.Join(failed, r.err)
	}
	if failed != nil {
		return 0, fmt.Errorf("scraping the %s: %.300s", s.name, failed.Error())
	}
	return time.Since(started), nil
}

func get(ctx context.Context, url string) (int64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, err
	}
	request.Header.Set("Accept", "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.4")
	request.Header.Set("Accept-Encoding", "gzip")
	request.Header.Set("X-Prometheus-Scrape-Timeout-Seconds", "300")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	size, err := io.Copy(io.Discard, response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %s", url, response.Status)
	}
	return size, err
}

// report prints one row.
func report(ctx context.Context, s scenario, subjects []*subject) error {
	exporter := subjects[0]
	requests, err := requestsPerScrape(ctx, exporter)
	if err != nil {
		return err
	}
	memory, err := exporter.process.peakMemory()
	if err != nil {
		return err
	}
	perThousand := func(of *subject) string {
		return fmt.Sprintf("%.3f s", median(of.cpu).Seconds()*1000/float64(s.jobs))
	}
	cells := []string{
		s.name, strconv.Itoa(requests), perThousand(exporter), fmt.Sprintf("%.2f s", median(exporter.wall).Seconds()),
		fmt.Sprintf("%.0f MiB", memory), fmt.Sprintf("%.0f kB", float64(exporter.bytes)/1000), "", "", "", "",
	}
	for i, other := range subjects[1:] {
		cells[6+2*i] = perThousand(other)
		cells[7+2*i] = fmt.Sprintf("%.3f", median(exporter.cpu).Seconds()/median(other.cpu).Seconds())
	}
	fmt.Println("| " + strings.Join(cells, " | ") + " |")
	return nil
}

// requestsPerScrape counts what one more scrape sends to the upstreams.
func requestsPerScrape(ctx context.Context, exporter *subject) (int, error) {
	before, err := requestsSent(ctx, exporter.metrics)
	if err != nil {
		return 0, err
	}
	if !slices.Contains(exporter.urls, exporter.metrics) { // which then scrapes nothing itself
		if _, err := exporter.scrape(ctx); err != nil {
			return 0, err
		}
	}
	after, err := requestsSent(ctx, exporter.metrics)
	return after - before, err
}

// requestsSent scrapes, which sends requests, and reads the counters.
func requestsSent(ctx context.Context, url string) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for line := range strings.Lines(string(body)) {
		if strings.HasPrefix(line, "asyncjob_exporter_upstream_requests_total{") {
			fields := strings.Fields(line)
			value, err := strconv.ParseFloat(fields[len(fields)-1], 64)
			if err != nil {
				return 0, err
			}
			sum += value
		}
	}
	return int(sum), nil
}

func median(of []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(of))
	return sorted[len(sorted)/2]
}
