package packaging

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write examples/kubernetes/prometheusrule.yaml anew from the alert rules")

const prometheusRule = "examples/kubernetes/prometheusrule.yaml"

// manifest is what the tests need of any Kubernetes manifest.
type manifest struct {
	Kind     string `yaml:"kind"`
	Metadata struct {
		Name   string            `yaml:"name"`
		Labels map[string]string `yaml:"labels"`
	} `yaml:"metadata"`
	Data       map[string]string `yaml:"data"`
	StringData map[string]string `yaml:"stringData"`
}

type deployment struct {
	manifest `yaml:",inline"`
	Spec     struct {
		Selector struct {
			MatchLabels map[string]string `yaml:"matchLabels"`
		} `yaml:"selector"`
		Template struct {
			Metadata struct {
				Labels      map[string]string `yaml:"labels"`
				Annotations map[string]string `yaml:"annotations"`
			} `yaml:"metadata"`
			Spec struct {
				ServiceAccount string `yaml:"serviceAccountName"`
				Containers     []struct {
					Arguments []string `yaml:"args"`
					Env       []struct {
						Name  string `yaml:"name"`
						Value string `yaml:"value"`
					} `yaml:"env"`
					Resources struct {
						Limits struct {
							Memory string `yaml:"memory"`
						} `yaml:"limits"`
					} `yaml:"resources"`
					Ports []struct {
						Name          string `yaml:"name"`
						ContainerPort int    `yaml:"containerPort"`
					} `yaml:"ports"`
					VolumeMounts []struct {
						Name      string `yaml:"name"`
						MountPath string `yaml:"mountPath"`
					} `yaml:"volumeMounts"`
				} `yaml:"containers"`
				Volumes []struct {
					Name      string `yaml:"name"`
					ConfigMap struct {
						Name string `yaml:"name"`
					} `yaml:"configMap"`
					Secret struct {
						Name string `yaml:"secretName"`
					} `yaml:"secret"`
				} `yaml:"volumes"`
			} `yaml:"spec"`
		} `yaml:"template"`
	} `yaml:"spec"`
}

func theDeployment(t *testing.T) deployment {
	t.Helper()
	return document[deployment](t, "examples/kubernetes/deployment.yaml")
}

// The rules for the Prometheus operator are those of alerts/, two blanks
// further in.
func TestTheOperatorsRulesAreTheAlertRules(t *testing.T) {
	want := `# Made from alerts/asyncjob.rules.yml by
#   go test ./internal/packaging -run TestTheOperatorsRules -update
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: asyncjob-exporter
  labels:
    app.kubernetes.io/name: asyncjob-exporter
spec:
` + regexp.MustCompile(`(?m)^(.)`).ReplaceAllString(read(t, "alerts/asyncjob.rules.yml"), "  $1")
	if *update {
		if err := os.WriteFile(filepath.Join(root, prometheusRule), []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if read(t, prometheusRule) != want {
		t.Errorf("%s is not made from the alert rules of today: run this test with -update", prometheusRule)
	}
	if _, known := document[map[string]any](t, prometheusRule)["spec"].(map[string]any)["groups"]; !known {
		t.Errorf("%s has no groups", prometheusRule)
	}
}

func TestTheServiceFindsThePodAndTheMonitorTheService(t *testing.T) {
	type selecting struct {
		manifest `yaml:",inline"`
		Spec     struct {
			Selector map[string]any `yaml:"selector"`
			Ports    []struct {
				Name       string `yaml:"name"`
				TargetPort string `yaml:"targetPort"`
			} `yaml:"ports"`
			Endpoints []struct {
				Port string `yaml:"port"`
			} `yaml:"endpoints"`
		} `yaml:"spec"`
	}
	pod := theDeployment(t).Spec.Template
	service := document[selecting](t, "examples/kubernetes/service.yaml")
	monitor := document[selecting](t, "examples/kubernetes/servicemonitor.yaml")

	if want := theDeployment(t).Spec.Selector.MatchLabels; !maps.Equal(pod.Metadata.Labels, want) {
		t.Errorf("the pod has labels %v, the deployment looks for %v", pod.Metadata.Labels, want)
	}
	for key, want := range service.Spec.Selector {
		if got := pod.Metadata.Labels[key]; got != want {
			t.Errorf("the pod has %s=%s, the service looks for %s", key, got, want)
		}
	}
	for key, want := range monitor.Spec.Selector["matchLabels"].(map[string]any) {
		if got := service.Metadata.Labels[key]; got != want {
			t.Errorf("the service has %s=%s, the monitor looks for %s", key, got, want)
		}
	}
	port := pod.Spec.Containers[0].Ports[0]
	if port.ContainerPort != 10110 || service.Spec.Ports[0].TargetPort != port.Name {
		t.Errorf("the service leads to port %s, the pod has %+v", service.Spec.Ports[0].TargetPort, port)
	}
	if got, want := monitor.Spec.Endpoints[0].Port, service.Spec.Ports[0].Name; got != want {
		t.Errorf("the monitor scrapes port %s, the service has %s", got, want)
	}
}

// TestThePodUnderstandsItsConfiguration lays out the config maps and the secret
// as the deployment mounts them, and starts the exporter as it does.
func TestThePodUnderstandsItsConfiguration(t *testing.T) {
	pod := theDeployment(t).Spec.Template.Spec
	files := map[string]map[string]string{}
	for _, m := range documents[manifest](t, "examples/kubernetes/configuration.yaml") {
		files[m.Kind+"/"+m.Metadata.Name] = m.Data
		if m.Kind == "Secret" {
			files[m.Kind+"/"+m.Metadata.Name] = m.StringData
		}
	}
	sources := map[string]string{}
	for _, volume := range pod.Volumes {
		sources[volume.Name] = "ConfigMap/" + volume.ConfigMap.Name
		if volume.Secret.Name != "" {
			sources[volume.Name] = "Secret/" + volume.Secret.Name
		}
	}

	filesystem := t.TempDir()
	for _, mount := range pod.Containers[0].VolumeMounts {
		mounted := files[sources[mount.Name]]
		if len(mounted) == 0 {
			t.Errorf("%s mounts nothing", mount.MountPath)
		}
		directory := filepath.Join(filesystem, mount.MountPath)
		if err := os.MkdirAll(directory, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, content := range mounted {
			if err := os.WriteFile(filepath.Join(directory, name), []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}

	arguments := []string{"--config.check"}
	for _, argument := range pod.Containers[0].Arguments {
		arguments = append(arguments, strings.Replace(argument, "=/etc/", "="+filesystem+"/etc/", 1))
	}
	said := run(t, exporter, arguments...)
	if !strings.Contains(said, "vcenter") {
		t.Errorf("the target was not understood:\n%s", said)
	}
}

// The kustomization has each manifest; those that need the operator as comments.
func TestTheKustomizationKnowsEveryManifest(t *testing.T) {
	listed := read(t, "examples/kubernetes/kustomization.yaml")
	for _, file := range globbed(t, "examples/kubernetes/*.yaml") {
		name := filepath.Base(file)
		if name != "kustomization.yaml" && !strings.Contains(listed, "- "+name+"\n") {
			t.Errorf("kustomization.yaml does not name %s", name)
		}
	}
	var operators []string
	for _, commented := range regexp.MustCompile(`(?m)^ +# - (\S+)$`).FindAllStringSubmatch(listed, -1) {
		operators = append(operators, commented[1])
		if kind := document[map[string]any](t, "examples/kubernetes/"+commented[1])["apiVersion"]; kind != "monitoring.coreos.com/v1" {
			t.Errorf("%s is left out, and is %v", commented[1], kind)
		}
	}
	if len(operators) != 2 {
		t.Errorf("%q are left out", operators)
	}
}

// The collector works harder before the kernel has to end the process.
func TestTheGoalOfTheHeapIsBelowTheMemoryLimit(t *testing.T) {
	container := theDeployment(t).Spec.Template.Spec.Containers[0]
	limit := mebibytes(t, strings.TrimSuffix(container.Resources.Limits.Memory, "Mi"))
	if len(container.Env) != 1 || container.Env[0].Name != "GOMEMLIMIT" {
		t.Fatalf("the environment is %v", container.Env)
	}
	if goal := mebibytes(t, strings.TrimSuffix(container.Env[0].Value, "MiB")); goal < limit*7/10 || goal > limit*9/10 {
		t.Errorf("GOMEMLIMIT is %d MiB beside a limit of %d MiB, want seven to nine tenths", goal, limit)
	}
}

func mebibytes(t *testing.T, text string) int {
	t.Helper()
	number, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return number
}

// Without the operator, a Prometheus finds the pod by its annotations.
func TestThePodSaysWhereItIsScraped(t *testing.T) {
	pod := theDeployment(t).Spec.Template
	want := map[string]string{
		"prometheus.io/scrape": "true",
		"prometheus.io/port":   strconv.Itoa(pod.Spec.Containers[0].Ports[0].ContainerPort),
		"prometheus.io/path":   "/metrics",
	}
	if got := pod.Metadata.Annotations; !maps.Equal(got, want) {
		t.Errorf("the pod says %v, want %v", got, want)
	}
}

func TestTheNetworkPolicyIsTheExporters(t *testing.T) {
	policy := document[struct {
		Spec struct {
			PodSelector struct {
				MatchLabels map[string]string `yaml:"matchLabels"`
			} `yaml:"podSelector"`
			Types   []string `yaml:"policyTypes"`
			Ingress []struct {
				From  []any `yaml:"from"`
				Ports []struct {
					Port string `yaml:"port"`
				} `yaml:"ports"`
			} `yaml:"ingress"`
		} `yaml:"spec"`
	}](t, "examples/kubernetes/networkpolicy.yaml").Spec
	pod := theDeployment(t).Spec.Template
	if !maps.Equal(policy.PodSelector.MatchLabels, pod.Metadata.Labels) {
		t.Errorf("the policy is for %v, the pod has %v", policy.PodSelector.MatchLabels, pod.Metadata.Labels)
	}
	if strings.Join(policy.Types, " ") != "Ingress Egress" || len(policy.Ingress) != 1 || len(policy.Ingress[0].From) != 1 {
		t.Fatalf("the policy lets in %+v, of %q", policy.Ingress, policy.Types)
	}
	if got, want := policy.Ingress[0].Ports[0].Port, pod.Spec.Containers[0].Ports[0].Name; got != want {
		t.Errorf("the policy lets in to port %s, the pod has %s", got, want)
	}
}
