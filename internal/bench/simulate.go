package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/systems"
)

const (
	filesPerSession     = 8
	dataCentersPerImage = 4
)

// serveLoad simulates a scenario's jobs until the context ends.
func serveLoad(ctx context.Context, s scenario, configPath string) error {
	load := &simulator.Load{Jobs: s.jobs, FinishedShare: s.finished, FilesPerSession: filesPerSession, DataCenters: dataCentersPerImage}
	if s.system != "" {
		load.Systems = []string{s.system}
	}
	simulated, err := simulator.Start(systems.Simulated(), simulator.Options{Load: load, Latency: s.latency})
	if err != nil {
		return fmt.Errorf("starting the simulator: %w", err)
	}
	defer func() { _ = simulated.Close() }()
	text := simulated.Config()
	if s.concurrency > 0 {
		text = fmt.Sprintf("defaults: {max_concurrency: %d}\n%s", s.concurrency, text)
	}
	// Written whole by the rename: the parent waits for the file.
	if err := os.WriteFile(configPath+".new", []byte(text), 0o600); err != nil {
		return fmt.Errorf("writing the configuration: %w", err)
	}
	if err := os.Rename(configPath+".new", configPath); err != nil {
		return fmt.Errorf("writing the configuration: %w", err)
	}
	fmt.Print(served(s, simulated, configPath))
	<-ctx.Done()
	return nil
}

// served says what is there now, and how to read it.
func served(s scenario, simulated *simulator.Simulator, configPath string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%d jobs, %.0f %% of them final, each answer after %s, until interrupted:\n", s.jobs, 100*s.finished, s.latency)
	for _, system := range systems.Collected() {
		if name := system.Name(); s.system == "" || s.system == name {
			fmt.Fprintf(&text, "  %-20s %s\n", name, simulated.URL(name))
		}
	}
	fmt.Fprintf(&text, "Read them with:\n  asyncjob_exporter --config.file=%s\n", configPath)
	return text.String()
}
