package simulator_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// post sends JSON by the older flavour and returns its value.
func (u *upstream) post(path, body string) (status int, value any) {
	u.t.Helper()
	header := u.header.Clone()
	header.Set("Content-Type", "application/json")
	status, answer, _ := call(u.t, http.MethodPost, u.target.URL+"/rest/com/vmware/content/library/item/"+path, header, body)
	if len(answer) == 0 {
		return status, nil
	}
	return status, decode(u.t, answer)["value"]
}

// What a pipeline starts ends some seconds after it was completed, well or not,
// and is listed meanwhile.
func TestAnUploadThatAClientStartsEndsByItsSource(t *testing.T) {
	for source, want := range map[string]struct{ state, file string }{
		"https://mirror.example.com/a.iso": {"DONE", "READY"},
		"https://nowhere.invalid/a.iso":    {"ERROR", "ERROR"},
	} {
		t.Run(want.state, func(t *testing.T) {
			clock := newClock()
			client := connect(t, start(t, simulator.Options{Clock: clock.Now}), "vsphere")
			known := client.strings(apiSessions)
			item := client.object(apiSessions + "/" + known[0])["library_item_id"].(string)

			status, id := client.post("update-session", `{"create_spec": {"library_item_id": "`+item+`"}}`)
			if status != http.StatusOK {
				t.Fatalf("starting it: status %d", status)
			}
			path := apiSessions + "/" + id.(string)
			for _, step := range [][2]string{
				{"updatesession/file/id:" + id.(string) + "?~action=add", `{"file_spec": {"name": "a.iso", "source_type": "PULL", "source_endpoint": {"uri": "` + source + `"}}}`},
				{"update-session/id:" + id.(string) + "?~action=complete", ""},
			} {
				if status, _ := client.post(step[0], step[1]); status != http.StatusOK {
					t.Fatalf("%s: status %d", step[0], status)
				}
			}
			if state := client.object(path)["state"]; state != "ACTIVE" {
				t.Errorf("right after its start it is %v", state)
			}
			if listed := len(client.strings(apiSessions)); listed != len(known)+1 {
				t.Errorf("%d sessions are listed, want %d", listed, len(known)+1)
			}

			clock.Advance(15 * time.Second)
			if state := client.object(path)["state"]; state != want.state {
				t.Errorf("later it is %v, want %s", state, want.state)
			}
			status, body := client.get(path + "/file")
			var files []object
			if err := json.Unmarshal(body, &files); err != nil || status != http.StatusOK || len(files) != 1 || files[0]["status"] != want.file {
				t.Errorf("its files are %s, want one %s", body, want.file)
			}
		})
	}
}

func TestAnUploadIsRefusedWhereSomethingIsWrong(t *testing.T) {
	client := connect(t, start(t, simulator.Options{}), "vsphere")
	for name, test := range map[string]struct {
		path, body string
		want       int
	}{
		"no such item":    {"update-session", `{"create_spec": {"library_item_id": "nothing"}}`, http.StatusNotFound},
		"no JSON":         {"update-session", `{`, http.StatusBadRequest},
		"no such session": {"update-session/id:nothing?~action=complete", "", http.StatusNotFound},
		"another action":  {"update-session/id:nothing?~action=fail", "", http.StatusBadRequest},
		"a file to push":  {"updatesession/file/id:nothing?~action=add", `{"file_spec": {"source_type": "PUSH"}}`, http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			if status, _ := client.post(test.path, test.body); status != test.want {
				t.Errorf("status %d, want %d", status, test.want)
			}
		})
	}
	monitor := *client
	monitor.header = http.Header{}
	monitor.header.Set("vmware-api-session-id", client.vsphereLogin("monitor@vsphere.local", "vsphere-demo-monitor-password"))
	if status, _ := monitor.post("update-session", "{}"); status != http.StatusUnauthorized {
		t.Errorf("somebody who may not upload: status %d", status)
	}
}
