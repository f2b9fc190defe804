package exportertest

import (
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/systems"
)

// Simulate runs the simulator until the test ends; without systems it has all.
func Simulate(tb TB, options simulator.Options, apis ...simulator.API) *simulator.Simulator {
	tb.Helper()
	if apis == nil {
		apis = systems.Simulated()
	}
	simulated, err := simulator.Start(apis, options)
	if err != nil {
		tb.Fatalf("starting the simulator: %v", err)
	}
	tb.Cleanup(func() {
		if err := simulated.Close(); err != nil {
			tb.Errorf("closing the simulator: %v", err)
		}
	})
	return simulated
}
