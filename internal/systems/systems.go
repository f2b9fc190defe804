// Package systems is the one list of the upstream systems: what reads each of
// them, beside what simulates it. A new system in Go is one line here.
package systems

import (
	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/oraclecontent"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/oraclemarketplace"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/sampleexchange"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/vsphere"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

type pair struct {
	system    system.System
	simulated simulator.API
}

func all() []pair {
	return []pair{
		{sampleexchange.System{}, simulator.SampleExchange()},
		{vsphere.System{}, simulator.VSphere()},
		{oraclemarketplace.System{}, simulator.OracleMarketplace()},
		{oraclecontent.System{}, simulator.OracleContent()},
	}
}

// Collected are the systems that are written in Go.
func Collected() []system.System {
	var systems []system.System
	for _, p := range all() {
		systems = append(systems, p.system)
	}
	return systems
}

// Simulated are the simulators of the same systems.
func Simulated() []simulator.API {
	var apis []simulator.API
	for _, p := range all() {
		apis = append(apis, p.simulated)
	}
	return apis
}

// Rules are what the configuration is checked against.
func Rules() config.Rules { return RulesOf(Collected()) }

// RulesOf are the rules of an exporter that reads of those systems only some,
// and those that are described.
func RulesOf(collected []system.System) config.Rules {
	rules := config.Rules{
		ReservedLabels: collector.LabelNames(collected),
		States:         job.SettableStates(),
		Fold:           job.FoldWord,
		Items:          jobItems,
	}
	for _, system := range collected {
		rules.Systems = append(rules.Systems, system)
	}
	descriptions := described.New(collector.MetricNames(collected))
	for _, system := range descriptions.BuiltIn() {
		rules.Systems = append(rules.Systems, system)
	}
	rules.Describe = descriptions.Describe
	return rules
}

// Description is a description that is built in, as YAML.
func Description(name string) ([]byte, error) { return described.New(nil).YAML(name) }

// Demo are all that --demo simulates: the systems written in Go, and two of those
// that are described, a CI and a management controller.
func Demo() ([]simulator.API, error) {
	apis := Simulated()
	for _, double := range []struct {
		name     string
		simulate func(description []byte) (simulator.API, error)
	}{{"gitlab_pipeline", simulator.DemoCI}, {"redfish_task", simulator.DemoBMC}} {
		description, err := Description(double.name)
		if err != nil {
			return nil, err
		}
		api, err := double.simulate(description)
		if err != nil {
			return nil, err
		}
		apis = append(apis, api)
	}
	return apis, nil
}
