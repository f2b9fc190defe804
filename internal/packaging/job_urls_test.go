package packaging

import (
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/testprogram"
)

const fakeSecret = "fake-replace-me"

// listStore is a server that keeps lists of jobs by path: it has an ETag for each,
// and asks readers and writers for what they have to show.
type listStore struct {
	mayRead, mayWrite func(*http.Request) bool

	mutex sync.Mutex
	lists map[string]string
}

func (s *listStore) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	list, known := s.lists[r.URL.Path]
	switch {
	case r.Method == http.MethodPut && s.mayWrite(r):
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		s.lists[r.URL.Path] = string(body)
	case r.Method != http.MethodGet || !s.mayRead(r):
		w.WriteHeader(http.StatusForbidden)
	case !known:
		w.WriteHeader(http.StatusNotFound)
	default:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("ETag", fmt.Sprintf("%q", fmt.Sprint(len(list))))
		answer(w, list)
	}
}

// only is the list of the one path that the store has.
func (s *listStore) only(t *testing.T) string {
	t.Helper()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(s.lists) != 1 {
		t.Fatalf("the store has %q", s.lists)
	}
	for _, list := range s.lists {
		return list
	}
	return ""
}

// stores are what examples/job_urls.yml names, by the address that it has there.
func stores() map[string]*listStore {
	header := func(name, value string) func(*http.Request) bool {
		return func(r *http.Request) bool { return r.Header.Get(name) == value }
	}
	login := func(user, password string) func(*http.Request) bool {
		return func(r *http.Request) bool {
			gotUser, gotPassword, _ := r.BasicAuth()
			return gotUser == user && gotPassword == password
		}
	}
	token := header("X-Consul-Token", fakeSecret)
	return map[string]*listStore{
		"https://ci.example.com": {
			mayRead: login("exporter", fakeSecret), mayWrite: login("ci", "secret"),
			lists: map[string]string{"/jobs/vcenter-ubuntu.json": `[{"id": "web"}]`},
		},
		"https://s3.example.com": {
			mayRead: header("Authorization", ""), mayWrite: header("Authorization", "signed"),
			lists: map[string]string{"/asyncjob/vcenter-debian.json": `[{"id": "object"}]`},
		},
		"https://consul.example.com:8501": {
			mayRead: func(r *http.Request) bool { return token(r) && r.URL.Query().Has("raw") }, mayWrite: header("X-Consul-Token", "writer"),
			lists: map[string]string{"/v1/kv/asyncjob/vcenter-rocky": `[{"id": "key"}]`},
		},
	}
}

// TestTheExporterFetchesListsFromWhereTheExampleSays runs the exporter on the
// example, with servers that answer as those that it names, and then what the
// document has for the pipeline.
func TestTheExporterFetchesListsFromWhereTheExampleSays(t *testing.T) {
	configuration := read(t, "examples/job_urls.yml")
	addresses := map[string]string{"https://vcenter.example.com": "http://127.0.0.1:1"}
	kept := stores()
	for address, store := range kept {
		server := httptest.NewServer(store)
		t.Cleanup(server.Close)
		addresses[address] = server.URL
	}
	directory := t.TempDir()
	addresses["https://kubernetes.default.svc"] = podsAPIServer(t, directory)
	addresses["/var/run/secrets/kubernetes.io/serviceaccount"] = directory
	addresses["secrets/"] = filepath.Join(mustAbsolute(t, root), "examples/secrets") + "/"
	var edits []string
	for from, to := range addresses {
		if !strings.Contains(configuration, from) {
			t.Errorf("the example does not name %s", from)
		}
		edits = append(edits, from, to)
	}
	configuration = strings.NewReplacer(edits...).Replace(configuration)
	configuration = regexp.MustCompile(`(?m)^( +)- url: .*$`).ReplaceAllString(configuration, "$0\n$1  refresh_interval: 1s")

	path := filepath.Join(directory, "asyncjob.yml")
	write(t, path, configuration)
	process := exportertest.StartProcess(t, exporter, "--config.file="+path, "--web.listen-address=127.0.0.1:0")
	metrics := "http://" + process.Listening() + "/metrics"
	awaitJobs(t, metrics, "web", "object", "key", "mapped")

	handOverToAll(t, addresses)
	awaitJobs(t, metrics, "77c67505:28f8", "mapped")
	for address, store := range kept {
		if list := store.only(t); !strings.Contains(list, `"77c67505:28f8"`) || !json.Valid([]byte(list)) {
			t.Errorf("%s was handed over %q", address, list)
		}
	}
}

// handOverToAll runs the document's commands for the pipeline, with addresses that
// are there. The client of S3 is a stand-in that sends what it reads.
func handOverToAll(t *testing.T, addresses map[string]string) {
	t.Helper()
	for _, program := range []string{"bash", "curl", "jq"} {
		testprogram.InPath(t, program)
	}
	commands := commandIn(t, "examples/README.md", "list=$(")
	for from, to := range addresses {
		if strings.HasPrefix(from, "https://") {
			commands = strings.ReplaceAll(commands, from, to)
		}
	}
	directory := t.TempDir()
	write(t, filepath.Join(directory, "netrc"), "machine 127.0.0.1 login ci password secret\n")
	write(t, filepath.Join(directory, "headers"), "X-Consul-Token: writer\n")
	write(t, filepath.Join(directory, "aws"), `#!/bin/sh
test "$1 $3 $4 $5" = "--endpoint-url s3 cp -" &&
  exec curl --fail --silent --upload-file - --header "Authorization: signed" "$2/${6#s3://}"
`)
	if err := os.Chmod(filepath.Join(directory, "aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", directory+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("CI_NETRC", filepath.Join(directory, "netrc"))
	t.Setenv("CONSUL_HEADERS", filepath.Join(directory, "headers"))
	t.Setenv("SESSION_ID", "77c67505:28f8")
	run(t, "bash", "-euo", "pipefail", "-c", commands)
}

// podsAPIServer stands in for the API server as a pod sees it, whose token and
// certificate are put into the directory.
func podsAPIServer(t *testing.T, directory string) string {
	t.Helper()
	server := &apiServer{verbs: verbsOf(t, "asyncjob-jobs-reader"), jobs: configMap{
		APIVersion: "v1", Kind: "ConfigMap", Metadata: map[string]string{"name": "asyncjob-jobs", "namespace": "default"},
		Data: map[string]string{"vcenter-alpine.json": `[{"id": "mapped"}]`},
	}}
	listening := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer pod" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		server.ServeHTTP(w, r)
	}))
	t.Cleanup(listening.Close)
	write(t, filepath.Join(directory, "token"), "pod")
	write(t, filepath.Join(directory, "ca.crt"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: listening.Certificate().Raw})))
	return listening.URL
}

// awaitJobs waits until the exporter has these jobs and no others.
func awaitJobs(t *testing.T, metrics string, want ...string) {
	t.Helper()
	exportertest.Eventually(t, fmt.Sprintf("the jobs are %q", want), func() error {
		response, err := http.Get(metrics)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err != nil {
			return err
		}
		found := regexp.MustCompile(`(?m)^asyncjob_info\{job_id="([^"]*)"`).FindAllStringSubmatch(string(text), -1)
		for _, id := range want {
			if !strings.Contains(string(text), `asyncjob_info{job_id="`+id+`"`) {
				return fmt.Errorf("it has %q", found)
			}
		}
		if len(found) != len(want) {
			return errors.New(fmt.Sprint("it has others too: ", found))
		}
		return nil
	})
}

func mustAbsolute(t *testing.T, path string) string {
	t.Helper()
	absolute, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return absolute
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
