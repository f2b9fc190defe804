package simulator_test

import (
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

const (
	apiSessions  = "/api/content/library/item/update-session"
	restSessions = "/rest/com/vmware/content/library/item/update-session"
)

// sessionOn is the id of the newest update session on the library item of a name.
func sessionOn(t *testing.T, client *upstream, item string) string {
	t.Helper()
	found := ""
	for _, id := range client.strings(apiSessions) {
		itemID := client.object(apiSessions + "/" + id)["library_item_id"].(string)
		if client.object("/api/content/library/item/" + itemID)["name"] == item {
			found = id
		}
	}
	if found == "" {
		t.Fatalf("no session on %s is listed", item)
	}
	return found
}

func expiration(t *testing.T, session object) time.Time {
	t.Helper()
	expires, err := time.Parse(time.RFC3339Nano, session["expiration_time"].(string))
	if err != nil {
		t.Fatal(err)
	}
	return expires
}

func TestASessionExpiresByVanishing(t *testing.T) {
	clock := newClock()
	client := connect(t, start(t, simulator.Options{Clock: clock.Now}), "vsphere")
	id := sessionOn(t, client, "debian-13")
	session := client.object(apiSessions + "/" + id)
	expires := expiration(t, session)
	if left := expires.Sub(clock.Now()); left <= 0 || left > 5*time.Minute {
		t.Fatalf("the session expires in %s", left)
	}

	clock.Advance(expires.Sub(clock.Now()))
	last := client.object(apiSessions + "/" + id)
	if last["state"] != "ACTIVE" || !expiration(t, last).Equal(expires) {
		t.Errorf("at its expiration the session is %v and expires at %v", last["state"], last["expiration_time"])
	}
	clock.Advance(10 * time.Second)
	status, body := client.get(apiSessions + "/" + id)
	if status != http.StatusNotFound || decode(t, body)["error_type"] != "NOT_FOUND" {
		t.Errorf("after its expiration: status %d: %s", status, body)
	}
	if status, _ := client.get(apiSessions + "/" + id + "/file"); status != http.StatusNotFound {
		t.Errorf("the files after its expiration: status %d", status)
	}
	item := client.object("/api/content/library/item/" + session["library_item_id"].(string))
	if item["content_version"] != session["library_item_content_version"] {
		t.Error("the library item changed, although its session expired")
	}
}

func TestAnActiveSessionsExpirationSlides(t *testing.T) {
	clock := newClock()
	client := connect(t, start(t, simulator.Options{Clock: clock.Now}), "vsphere")
	path := apiSessions + "/" + client.job("rhel-9.6")
	for range 10 {
		left := expiration(t, client.object(path)).Sub(clock.Now())
		if left < 4*time.Minute || left > 5*time.Minute {
			t.Errorf("the session expires in %s", left)
		}
		clock.Advance(7 * time.Minute)
	}
}

func TestACompletedSessionVanishesAndItsItemMovesOn(t *testing.T) {
	clock := newClock()
	client := connect(t, start(t, simulator.Options{Clock: clock.Now}), "vsphere")
	id := sessionOn(t, client, "alpine-3.22")
	session := client.object(apiSessions + "/" + id)
	itemPath := "/api/content/library/item/" + session["library_item_id"].(string)
	if version := client.object(itemPath)["content_version"]; version != session["library_item_content_version"] {
		t.Fatalf("the item's version is %v before the session is complete, the session's %v", version, session["library_item_content_version"])
	}
	clock.Advance(2*time.Minute + time.Second)
	if status, body := client.get(apiSessions + "/" + id); status != http.StatusNotFound {
		t.Fatalf("status %d: %s", status, body)
	}
	if version := client.object(itemPath)["content_version"]; version == session["library_item_content_version"] {
		t.Error("the item's version did not move on")
	}
}

func TestBothFlavoursSayTheSame(t *testing.T) {
	clock := newClock()
	client := connect(t, start(t, simulator.Options{Clock: clock.Now}), "vsphere")
	for range 20 {
		listed := client.strings(apiSessions)
		if old := client.object(restSessions)["value"]; !reflect.DeepEqual(old, list(listed)) {
			t.Fatalf("/rest lists %v, /api %v", old, listed)
		}
		for _, id := range listed {
			modern, old := client.object(apiSessions+"/"+id), client.object(restSessions + "/id:" + id)["value"].(object)
			if !realID.MatchString(id) {
				t.Errorf("%q is not two UUIDs and a colon", id)
			}
			delete(modern, "error_message")
			delete(old, "error_message")
			if !reflect.DeepEqual(modern, old) {
				t.Errorf("/api: %v\n/rest: %v", modern, old)
			}
			_, modernFiles := client.get(apiSessions + "/" + id + "/file")
			oldFiles := client.object("/rest/com/vmware/content/library/item/updatesession/file?update_session_id=" + id)["value"]
			if got, want := len(oldFiles.([]any)), strings.Count(string(modernFiles), `"bytes_transferred"`); got != want || got == 0 {
				t.Errorf("/rest has %d files, /api %d", got, want)
			}
		}
		clock.Advance(time.Minute)
	}
}

func list(values []string) []any {
	converted := make([]any, len(values))
	for index, value := range values {
		converted[index] = value
	}
	return converted
}

// realID is how the ids of a real vCenter look.
var realID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func TestNamedArgumentsOfAMessageDifferByFlavour(t *testing.T) {
	clock := newClock()
	client := connect(t, start(t, simulator.Options{Clock: clock.Now}), "vsphere")
	id := sessionOn(t, client, "photon-5")
	clock.Advance(3 * time.Minute)
	modern := client.object(apiSessions + "/" + id)
	old := client.object(restSessions + "/id:" + id)
	if modern["state"] != "ERROR" {
		t.Fatalf("the session is %v", modern["state"])
	}
	if at(modern, "error_message", "params", "item", "s") != "photon-5" {
		t.Errorf("/api: params %v", at(modern, "error_message", "params"))
	}
	if at(old, "value", "error_message", "params", 0, "key") != "item" {
		t.Errorf("/rest: params %v", at(old, "value", "error_message", "params"))
	}
	_, files := client.get(apiSessions + "/" + id + "/file")
	if !strings.Contains(string(files), `"status":"ERROR"`) {
		t.Errorf("no file has failed: %s", files)
	}
}

func TestFilesAreTransferredOneByOneAndTheServerAddsTheDisks(t *testing.T) {
	clock := newClock()
	client := connect(t, start(t, simulator.Options{Clock: clock.Now}), "vsphere")
	id := client.job("ubuntu-24.04")
	path := apiSessions + "/" + id
	files := map[string]bool{}
	statuses := map[string]bool{}
	previews := map[string]bool{}
	counts := map[int]bool{}
	for client.object(path)["state"] == "ACTIVE" {
		previews[at(client.object(path), "preview_info", "state").(string)] = true
		transferring, list := 0, filesOf(t, client, path)
		counts[len(list)] = true
		for _, file := range list {
			status := file["status"].(string)
			files[file["name"].(string)], statuses[status] = true, true
			if status == "TRANSFERRING" {
				transferring++
			}
			if (file["size"] != nil) != (status == "READY") {
				t.Errorf("a file that is %s has the size %v", status, file["size"])
			}
		}
		if transferring > 1 {
			t.Errorf("%d files are transferred at once", transferring)
		}
		clock.Advance(time.Second)
	}
	if !counts[3] || !counts[6] || len(counts) != 2 {
		t.Errorf("numbers of files: %v, want 3 and, once the descriptor is there, 6", counts)
	}
	for _, status := range []string{"WAITING_FOR_TRANSFER", "TRANSFERRING", "VALIDATING", "READY"} {
		if !statuses[status] {
			t.Errorf("no file was %s: %v", status, statuses)
		}
	}
	if !previews["PREPARING"] || !previews["AVAILABLE"] {
		t.Errorf("previews: %v", previews)
	}
	if state := client.object(path)["state"]; state != "DONE" {
		t.Errorf("the session ends %v", state)
	}
	for _, file := range filesOf(t, client, path) {
		if file["status"] != "READY" {
			t.Errorf("%v is %v in a session that is done", file["name"], file["status"])
		}
	}
}

// filesOf are the files of the session at a path.
func filesOf(t *testing.T, client *upstream, path string) []object {
	t.Helper()
	_, body := client.get(path + "/file")
	wrapped := decode(t, []byte(`{"files":`+string(body)+`}`))
	var files []object
	for _, file := range wrapped["files"].([]any) {
		files = append(files, file.(object))
	}
	return files
}

func TestAPreviewHasARealCertificateAndAnUnignoredWarning(t *testing.T) {
	clock := newClock()
	client := connect(t, start(t, simulator.Options{Clock: clock.Now}), "vsphere")
	preview := at(client.object(apiSessions+"/"+sessionOn(t, client, "vendor-firewall")), "preview_info")
	if at(preview, "state") != "AVAILABLE" {
		t.Fatalf("preview: %v", preview)
	}
	block, _ := pem.Decode([]byte(at(preview, "certificate_info", "x509").(string)))
	if block == nil {
		t.Fatal("x509 is not PEM")
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if !certificate.NotAfter.After(clock.Now()) || certificate.Issuer.String() != certificate.Subject.String() {
		t.Errorf("issued by %s to %s until %s", certificate.Issuer, certificate.Subject, certificate.NotAfter)
	}
	ignored := map[any]any{}
	for _, warning := range at(preview, "warnings").([]any) {
		ignored[at(warning, "type")] = at(warning, "ignored")
	}
	if ignored["SELF_SIGNED_CERTIFICATE"] != false || ignored["UNTRUSTED_CERTIFICATE"] != true {
		t.Errorf("warnings ignored: %v", ignored)
	}
}

func TestADownloadSessionEndsByVanishing(t *testing.T) {
	clock := newClock()
	client := connect(t, start(t, simulator.Options{Clock: clock.Now}), "vsphere")
	const downloads = "/api/content/library/item/download-session"
	ids := client.strings(downloads)
	if len(ids) != 2 {
		t.Fatalf("download sessions: %q", ids)
	}
	statuses := map[any]bool{}
	for range 12 {
		for _, file := range filesOf(t, client, downloads+"/"+ids[0]) {
			statuses[file["status"]] = true
		}
		clock.Advance(30 * time.Second)
	}
	if !statuses["PREPARING"] || !statuses["PREPARED"] {
		t.Errorf("files were %v", statuses)
	}
	clock.Advance(time.Minute)
	if status, body := client.get(downloads + "/" + ids[0]); status != http.StatusNotFound {
		t.Errorf("status %d: %s", status, body)
	}
}

func TestAMonitorSeesNoSessionInTheListButReadsThemByID(t *testing.T) {
	running := start(t, simulator.Options{})
	uploader := connect(t, running, "vsphere")
	monitor := &upstream{t: t, target: uploader.target, header: http.Header{}}
	monitor.header.Set("vmware-api-session-id", monitor.vsphereLogin("monitor@vsphere.local", "vsphere-demo-monitor-password"))
	if ids := monitor.strings(apiSessions); len(ids) != 0 {
		t.Errorf("the monitor's sessions: %q", ids)
	}
	monitor.object(apiSessions + "/" + uploader.job("rhel-9.6"))
}

func TestAListCanBeOfOneItem(t *testing.T) {
	client := connect(t, start(t, simulator.Options{}), "vsphere")
	id := client.job("rhel-9.6")
	item := client.object(apiSessions + "/" + id)["library_item_id"].(string)
	if ids := client.strings(apiSessions + "?library_item_id=" + item); len(ids) != 1 || ids[0] != id {
		t.Errorf("sessions on the item: %q, want %q", ids, id)
	}
	if status, _ := client.get(apiSessions + "?library_item_id=none"); status != http.StatusNotFound {
		t.Errorf("an unknown item: status %d", status)
	}
}

func TestAnUnknownSessionIsNotAnUnknownAddress(t *testing.T) {
	client := connect(t, start(t, simulator.Options{}), "vsphere")
	const noAddress = "com.vmware.vapi.rest.operationsForUrlNotFound"
	for path, message := range map[string][]any{
		apiSessions + "/none":                            {"messages", 0, "id"},
		restSessions + "/id:none":                        {"value", "messages", 0, "id"},
		"/api/content/library/item/none":                 {"messages", 0, "id"},
		"/api/content/library/no-such-thing":             {"messages", 0, "id"},
		"/rest/com/vmware/content/no-such-thing":         {"value", "messages", 0, "id"},
		restSessions + "/none":                           {"value", "messages", 0, "id"},
		"/rest/com/vmware/content/library/item/id:none":  {"value", "messages", 0, "id"},
		"/rest/com/vmware/content/library/item/a/b/c/id": {"value", "messages", 0, "id"},
	} {
		status, body := client.get(path)
		id, _ := at(decode(t, body), message...).(string)
		unknownAddress := strings.Contains(path, "no-such-thing") || path == restSessions+"/none" || strings.HasSuffix(path, "c/id")
		if status != http.StatusNotFound || (id == noAddress) != unknownAddress || id == "" {
			t.Errorf("%s: status %d, message %q", path, status, id)
		}
	}
}

func TestAnOldVCenterHasNoModernFlavour(t *testing.T) {
	old, err := simulator.Start([]simulator.API{simulator.VSphereREST()}, simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = old.Close() }()
	vcenter := targets(t, old.Config())["vsphere"]
	login := http.Header{"Authorization": {basicAuth(vcenter.BasicAuth.Username, vcenter.BasicAuth.Password)}}
	status, body, _ := call(t, http.MethodPost, vcenter.URL+"/api/session", login, "")
	if status != http.StatusNotFound || !strings.Contains(string(body), "operationsForUrlNotFound") {
		t.Errorf("/api: status %d: %s", status, body)
	}
	status, body, _ = call(t, http.MethodPost, vcenter.URL+"/rest/com/vmware/cis/session", login, "")
	if session, _ := decode(t, body)["value"].(string); status != http.StatusOK || session == "" {
		t.Errorf("/rest: status %d: %s", status, body)
	}
	webClient.CloseIdleConnections()
}
