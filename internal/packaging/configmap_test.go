package packaging

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/testprogram"
)

// configMap is one that an API server keeps.
type configMap struct {
	APIVersion string            `json:"apiVersion"`
	Kind       string            `json:"kind"`
	Metadata   map[string]string `json:"metadata"`
	Data       map[string]string `json:"data"`
}

// apiServer stands in for Kubernetes' API server: it has one config map, and
// refuses whatever the verbs do not allow.
type apiServer struct {
	mutex sync.Mutex
	verbs []string
	jobs  configMap
}

func (a *apiServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	w.Header().Set("Content-Type", "application/json")
	verb := strings.ToLower(r.Method)
	switch r.URL.Path {
	case "/api":
		answer(w, `{"kind": "APIVersions", "versions": ["v1"]}`)
	case "/apis":
		answer(w, `{"kind": "APIGroupList", "apiVersion": "v1", "groups": []}`)
	case "/api/v1":
		answer(w, `{"kind": "APIResourceList", "groupVersion": "v1", "resources": [
			{"name": "configmaps", "kind": "ConfigMap", "namespaced": true, "verbs": ["get", "patch"]}]}`)
	case "/api/v1/namespaces/default/configmaps/" + a.jobs.Metadata["name"]:
		if !slices.Contains(a.verbs, verb) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		if verb == "patch" {
			a.patch(w, r)
		}
		_ = json.NewEncoder(w).Encode(a.jobs)
	default:
		w.WriteHeader(http.StatusForbidden)
	}
}

// patch merges strings into the data, as RFC 7386 has it; it knows nothing else.
func (a *apiServer) patch(w http.ResponseWriter, r *http.Request) {
	var patch struct {
		Data map[string]string `json:"data"`
	}
	if r.Header.Get("Content-Type") != "application/merge-patch+json" || json.NewDecoder(r.Body).Decode(&patch) != nil {
		w.WriteHeader(http.StatusUnsupportedMediaType)
		return
	}
	maps.Copy(a.jobs.Data, patch.Data)
}

func answer(w http.ResponseWriter, body string) { _, _ = w.Write([]byte(body)) }

// TestAPipelineHandsOverByAConfigMap runs the command of the document, with
// kubectl, as somebody who may do what the role allows.
func TestAPipelineHandsOverByAConfigMap(t *testing.T) {
	kubectl := testprogram.Asked(t, "ASYNCJOB_KUBECTL")
	testprogram.InPath(t, "jq")
	manifests := documents[manifest](t, "examples/kubernetes/configuration.yaml")
	server := &apiServer{verbs: verbsOf(t, "asyncjob-jobs-writer"), jobs: configMap{APIVersion: "v1", Kind: "ConfigMap"}}
	for _, m := range manifests {
		if m.Metadata.Name == "asyncjob-jobs" {
			server.jobs.Metadata, server.jobs.Data = map[string]string{"name": m.Metadata.Name, "namespace": "default"}, m.Data
		}
	}
	server.jobs.Data["vcenter-other.json"] = "[]"
	listening := httptest.NewServer(server)
	t.Cleanup(listening.Close)

	t.Setenv("KUBECONFIG", kubeconfig(t, listening.URL))
	t.Setenv("PATH", filepath.Dir(kubectl)+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("SESSION_ID", "77c67505:28f8")
	run(t, "bash", "-c", commandIn(t, "examples/README.md", "kubectl patch"))

	var jobs []handedOver
	if err := json.Unmarshal([]byte(server.jobs.Data["vcenter-ubuntu.json"]), &jobs); err != nil {
		t.Fatalf("the config map holds %q: %v", server.jobs.Data, err)
	}
	if len(jobs) != 1 || jobs[0].ID != "77c67505:28f8" || jobs[0].Name != "ubuntu-24.04" || jobs[0].Labels["release"] != "noble" {
		t.Errorf("handed over %+v", jobs)
	}
	if server.jobs.Data["vcenter-other.json"] != "[]" {
		t.Errorf("the job of another pipeline is gone: %q", server.jobs.Data)
	}
}

// verbsOf are what a role lets somebody do with the config map, and with nothing
// else.
func verbsOf(t *testing.T, name string) []string {
	t.Helper()
	type role struct {
		manifest `yaml:",inline"`
		Rules    []struct {
			Resources []string `yaml:"resources"`
			Names     []string `yaml:"resourceNames"`
			Verbs     []string `yaml:"verbs"`
		} `yaml:"rules"`
	}
	for _, r := range documents[role](t, "examples/kubernetes/rbac.yaml") {
		if r.Kind != "Role" || r.Metadata.Name != name {
			continue
		}
		if rule := r.Rules[0]; len(r.Rules) == 1 && slices.Equal(rule.Resources, []string{"configmaps"}) && slices.Equal(rule.Names, []string{"asyncjob-jobs"}) {
			return rule.Verbs
		}
		t.Fatalf("the role %s allows more than one config map: %+v", name, r.Rules)
	}
	t.Fatalf("there is no role %s", name)
	return nil
}

func kubeconfig(t *testing.T, server string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kubeconfig")
	text := fmt.Sprintf(`{"apiVersion": "v1", "kind": "Config", "current-context": "test",
		"clusters": [{"name": "test", "cluster": {"server": %q}}],
		"contexts": [{"name": "test", "context": {"cluster": "test"}}]}`, server)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// commandIn is the block of commands of a document that begins with some words.
func commandIn(t *testing.T, file, words string) string {
	t.Helper()
	found := regexp.MustCompile("(?s)```sh\n(" + regexp.QuoteMeta(words) + ".*?)```").FindStringSubmatch(read(t, file))
	if found == nil {
		t.Fatalf("%s has no block that begins with %q", file, words)
	}
	return found[1]
}
