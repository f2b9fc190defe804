package packaging

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/vmware/govmomi"
	govmomifind "github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vapi/library"
	"github.com/vmware/govmomi/vapi/rest"
	_ "github.com/vmware/govmomi/vapi/simulator" // adds the content library to the simulated vCenter

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/testprogram"
)

const (
	watchJob = "examples/pipeline/watch-job.sh"
	upload   = "examples/pipeline/upload-to-library.sh"
)

// handedOver is one entry of a job file.
type handedOver struct {
	ID     string            `json:"id"`
	Name   string            `json:"name"`
	Labels map[string]string `json:"labels"`
}

func TestAPipelineHandsOverWhatItWasGiven(t *testing.T) {
	testprogram.InPath(t, "jq")
	for name, test := range map[string]struct {
		arguments []string
		want      handedOver
	}{
		"an id alone":    {[]string{"4711"}, handedOver{ID: "4711"}},
		"with a name":    {[]string{"a:b", "ubuntu"}, handedOver{ID: "a:b", Name: "ubuntu"}},
		"with labels":    {[]string{"1", "n", "team=a", "release=x=y"}, handedOver{"1", "n", map[string]string{"team": "a", "release": "x=y"}}},
		"hostile values": {[]string{`"}]`, "$(reboot)\n", `team="`}, handedOver{`"}]`, "$(reboot)\n", map[string]string{"team": `"`}}},
	} {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			run(t, watchJob, append([]string{filepath.Join(directory, "job.json")}, test.arguments...)...)
			if got := onlyJobIn(t, directory); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestAPipelineStepThatIsCalledWronglyChangesNothing(t *testing.T) {
	testprogram.InPath(t, "jq")
	for name, arguments := range map[string][]string{
		"no id":                    {},
		"a label without a value":  {"1", "name", "team"},
		"a label without any name": {"1", "name", "=images"},
	} {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			file := filepath.Join(directory, "job.json")
			if err := os.WriteFile(file, []byte(`[{"id":"before"}]`), 0o600); err != nil {
				t.Fatal(err)
			}
			command := exec.CommandContext(t.Context(), filepath.Join(root, watchJob), append([]string{file}, arguments...)...)
			if said, err := command.CombinedOutput(); err == nil {
				t.Errorf("it succeeded: %s", said)
			}
			if got := onlyJobIn(t, directory); got.ID != "before" {
				t.Errorf("the job file now holds %+v", got)
			}
		})
	}
}

// TestAPipelineUploadsIntoAVCenter runs the whole step against a vCenter that
// its maker simulates.
func TestAPipelineUploadsIntoAVCenter(t *testing.T) {
	testprogram.InPath(t, "jq")
	testprogram.InPath(t, "curl")
	address, libraries, item := simulatedVCenter(t)
	image := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("an image"))
	}))
	t.Cleanup(image.Close)

	jobs := t.TempDir()
	netrc := filepath.Join(t.TempDir(), "netrc")
	if err := os.WriteFile(netrc, []byte("machine "+address.Hostname()+" login uploader password secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("VCENTER", "http://"+address.Host)
	t.Setenv("VCENTER_NETRC", netrc)
	t.Setenv("JOB_DIRECTORY", jobs)
	run(t, upload, item, "ubuntu-24.04", image.URL+"/ubuntu.iso")

	sessions, err := libraries.ListLibraryItemUpdateSession(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := onlyJobIn(t, jobs)
	if got.Name != "ubuntu-24.04" || len(sessions) != 1 || got.ID != sessions[0] {
		t.Errorf("handed over %+v, the vCenter has sessions %q", got, sessions)
	}
}

// simulatedVCenter starts one that has a library with one item, and knows one
// account.
func simulatedVCenter(t *testing.T) (address *url.URL, libraries *library.Manager, item string) {
	t.Helper()
	model := simulator.VPX()
	t.Cleanup(model.Remove)
	if err := model.Create(); err != nil {
		t.Fatal(err)
	}
	model.Service.Listen = &url.URL{User: url.UserPassword("uploader", "secret")}
	model.Service.RegisterEndpoints = true
	server := model.Service.NewServer()
	t.Cleanup(server.Close)

	ctx := t.Context()
	client, err := govmomi.NewClient(ctx, server.URL, true)
	if err != nil {
		t.Fatal(err)
	}
	restClient := rest.NewClient(client.Client)
	if err := restClient.Login(ctx, server.URL.User); err != nil {
		t.Fatal(err)
	}
	datastore, err := govmomifind.NewFinder(client.Client).DefaultDatastore(ctx)
	if err != nil {
		t.Fatal(err)
	}
	libraries = library.NewManager(restClient)
	id, err := libraries.CreateLibrary(ctx, library.Library{
		Name:    "images",
		Type:    "LOCAL",
		Storage: []library.StorageBacking{{DatastoreID: datastore.Reference().Value, Type: "DATASTORE"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	item, err = libraries.CreateLibraryItem(ctx, library.Item{Name: "ubuntu", Type: "iso", LibraryID: id})
	if err != nil {
		t.Fatal(err)
	}
	return server.URL, libraries, item
}

// onlyJobIn reads the only job of the only file in the directory: that there is
// no other also says that nothing temporary was left behind.
func onlyJobIn(t *testing.T, directory string) handedOver {
	t.Helper()
	files, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 1 || strings.HasPrefix(files[0].Name(), ".") {
		t.Fatalf("the directory holds %v, want one job file", files)
	}
	content, err := os.ReadFile(filepath.Join(directory, files[0].Name()))
	if err != nil {
		t.Fatal(err)
	}
	var jobs []handedOver
	if err := json.Unmarshal(content, &jobs); err != nil {
		t.Fatal(err)
	}
	if len(jobs) != 1 {
		t.Fatalf("%s holds %d jobs, want 1", files[0].Name(), len(jobs))
	}
	return jobs[0]
}
