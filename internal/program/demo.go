package program

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// Demo is the simulator of --demo with the configuration that it wrote for the
// exporter, which is read like any other.
type Demo struct {
	simulated  *simulator.Simulator
	directory  string
	configFile string
}

// StartDemo starts the systems of the simulator on loopback, and makes their
// configuration the one to be read.
func StartDemo(f *Flags, simulated *simulator.Simulator) (*Demo, error) {
	directory, err := os.MkdirTemp("", "asyncjob_exporter_demo")
	if err != nil {
		return nil, fmt.Errorf("making a place for the demo's configuration: %w", err)
	}
	d := &Demo{simulated: simulated, directory: directory, configFile: filepath.Join(directory, "asyncjob.yml")}
	if err := os.WriteFile(d.configFile, []byte(simulated.Config()), 0o600); err != nil {
		d.Close()
		return nil, fmt.Errorf("writing the demo's configuration: %w", err)
	}
	f.ConfigFile = d.configFile
	return d, nil
}

// Close removes the configuration.
func (d *Demo) Close() { os.RemoveAll(d.directory) }

// Guide tells where to look. apis are what is simulated.
func (d *Demo) Guide(f *Flags, apis []simulator.API) string {
	address := (*f.Web.WebListenAddresses)[0]
	if host, port, err := net.SplitHostPort(address); err == nil && host == "" {
		address = net.JoinHostPort("localhost", port)
	}
	var guide strings.Builder
	fmt.Fprintf(&guide, "The demo's jobs:\n  http://%s/jobs\n  http://%s%s\n\nThe simulated systems:\n", address, address, f.MetricsPath)
	for _, api := range apis {
		fmt.Fprintf(&guide, "  %-20s %s\n", api.System(), d.simulated.URL(api.System()))
	}
	fmt.Fprintf(&guide, `
The configuration is %s, a copy is at http://%s/config.
For Prometheus:

scrape_configs:
  - job_name: asyncjob
    scrape_interval: 15s
    static_configs:
      - targets: ["%s"]

`, d.configFile, address, address)
	return guide.String()
}
