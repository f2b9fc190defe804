package packaging

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// compose is what the tests need of a Compose file.
type compose struct {
	Services map[string]struct {
		Image   string   `yaml:"image"`
		Build   string   `yaml:"build"`
		Command []string `yaml:"command"`
		Volumes []string `yaml:"volumes"`
		Ports   []string `yaml:"ports"`
	} `yaml:"services"`
}

func TestComposeMountsWhatIsThere(t *testing.T) {
	for name, service := range document[compose](t, "examples/compose.yaml").Services {
		for _, volume := range service.Volumes {
			source, _, _ := strings.Cut(volume, ":")
			if _, err := os.Stat(filepath.Join(root, "examples", source)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if !strings.HasSuffix(volume, ":ro") {
				t.Errorf("%s: %s can be written to", name, volume)
			}
		}
	}
}

func TestComposePinsEveryImage(t *testing.T) {
	pinned := regexp.MustCompile(`:v?\d+\.\d+\.\d+$`)
	for name, service := range document[compose](t, "examples/compose.yaml").Services {
		if service.Build == "" && !pinned.MatchString(service.Image) {
			t.Errorf("%s: image %s names no version", name, service.Image)
		}
	}
}

// Nobody has to log in, so nobody else may come in.
func TestComposeIsReachedFromThisMachineOnly(t *testing.T) {
	for name, service := range document[compose](t, "examples/compose.yaml").Services {
		for _, port := range service.Ports {
			if !strings.HasPrefix(port, "127.0.0.1:") {
				t.Errorf("%s: port %s is open to others", name, port)
			}
		}
	}
}

// Each of the four finds the next by the name and port that Compose gives it.
func TestComposeWiresTheServicesTogether(t *testing.T) {
	services := document[compose](t, "examples/compose.yaml").Services
	for _, wire := range []struct{ file, pattern string }{
		{"examples/prometheus/one-exporter.yml", `targets: \[([a-z]+):(\d+)\]`},
		{"examples/grafana/provisioning/datasources/prometheus.yml", `url: http://([a-z]+):(\d+)`},
	} {
		matches := regexp.MustCompile(wire.pattern).FindAllStringSubmatch(read(t, wire.file), -1)
		if len(matches) == 0 {
			t.Errorf("%s names no other service", wire.file)
		}
		for _, match := range matches {
			name, port := match[1], match[2]
			service, known := services[name]
			if !known {
				t.Errorf("%s: Compose has no service %s", wire.file, name)
				continue
			}
			if want := "127.0.0.1:" + port + ":" + port; len(service.Ports) != 1 || service.Ports[0] != want {
				t.Errorf("%s: service %s has ports %q, want %q", wire.file, name, service.Ports, want)
			}
		}
	}
}

// Prometheus looks for the rules beside its configuration, inside the container
// as outside.
func TestComposeKeepsTheWayFromPrometheusToTheRules(t *testing.T) {
	service := document[compose](t, "examples/compose.yaml").Services["prometheus"]
	inside := map[string]string{}
	for _, volume := range service.Volumes {
		parts := strings.Split(volume, ":")
		inside[parts[1]] = parts[0]
	}
	config := strings.TrimPrefix(service.Command[0], "--config.file=")
	mounted := filepath.Join("examples", inside[filepath.Dir(config)], filepath.Base(config))
	for _, rules := range document[prometheusConfig](t, mounted).RuleFiles {
		path := filepath.Join(filepath.Dir(config), rules)
		if _, known := inside[filepath.Dir(path)]; !known {
			t.Errorf("%s is looked for at %s, where nothing is mounted", rules, path)
		}
	}
}

func TestGrafanaFindsTheDashboards(t *testing.T) {
	provisioning := document[struct {
		Providers []struct {
			Options struct {
				Path string `yaml:"path"`
			} `yaml:"options"`
		} `yaml:"providers"`
	}](t, "examples/grafana/provisioning/dashboards/asyncjob.yml")
	want := "../dashboards:" + provisioning.Providers[0].Options.Path + ":ro"
	volumes := document[compose](t, "examples/compose.yaml").Services["grafana"].Volumes
	if !strings.Contains(strings.Join(volumes, "\n"), want) {
		t.Errorf("Grafana mounts %q, want %q among them", volumes, want)
	}
}
