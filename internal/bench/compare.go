package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"
)

// bench is one run of all scenarios.
type bench struct {
	exporter string
	peer     string
	rounds   int
	only     string
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
		if _, err := subject.scrape(ctx, firstTimeout); err != nil {
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

// scrapers is how many of a peer's probes Prometheus would have under way.
const scrapers = 16
