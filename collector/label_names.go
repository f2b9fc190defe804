package collector

import (
	"slices"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/exposition"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
)

// LabelNames are the names of all labels that the exporter gives to its metrics,
// which a user cannot give to labels of his own.
func LabelNames(systems []system.System) []string {
	names := append(exposition.NewTable(infosOf(systems)).LabelNames(), "operation", "code", "path")
	slices.Sort(names)
	return slices.Compact(names)
}

// infosOf are the info metrics of systems.
func infosOf(systems []system.System) []exposition.SystemInfo {
	infos := make([]exposition.SystemInfo, 0, len(systems))
	for _, system := range systems {
		infos = append(infos, exposition.SystemInfo{System: system.Name(), Metric: system.Info()})
	}
	return infos
}

// MetricNames are the names of all metrics of jobs, and the exporter's own that
// look like one of a system.
func MetricNames(systems []system.System) []string {
	return append(exposition.NewTable(infosOf(systems)).Names(), "asyncjob_exporter_build_info")
}
