package vsphere_test

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vmware/govmomi/vapi/library"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/goldentest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/metrictest"
)

// readVCenter reads jobs of the vCenter through its proxy.
func readVCenter(t *testing.T, v *vcenter, keys string) *goldentest.Reading {
	t.Helper()
	return goldentest.Start(t, goldentest.Target("vcenter", "vsphere", v.proxy.URL, keys))
}

func jobKeys(ids ...string) string {
	keys := "jobs:"
	for _, id := range ids {
		keys += "\n- {id: " + id + "}"
	}
	return keys
}

// TestVCenterSessions reads what govmomi's own client made: sessions that are
// under way, failed and cancelled, with files that were pulled and not.
func TestVCenterSessions(t *testing.T) {
	v := startVCenter(t)
	source := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "an image") }))
	defer source.Close()
	pulled, mismatch, pushed, canceled, failed := v.updateSession(), v.updateSession(), v.updateSession(), v.updateSession(), v.updateSession()
	v.pull(pulled, source.URL+"/ubuntu.iso", nil)
	v.pull(mismatch, source.URL+"/ubuntu.iso", &library.Checksum{Algorithm: "SHA256", Checksum: "00"})
	ctx := t.Context()
	if _, err := v.library.AddLibraryItemFile(ctx, pushed, library.UpdateFile{Name: "a.iso", SourceType: "PUSH"}); err != nil {
		t.Fatal(err)
	}
	if err := v.library.CancelLibraryItemUpdateSession(ctx, canceled); err != nil {
		t.Fatal(err)
	}
	if err := v.library.FailLibraryItemUpdateSession(ctx, failed); err != nil {
		t.Fatal(err)
	}
	scraped := readVCenter(t, v, "error_text: true\n"+jobKeys(pulled, mismatch, pushed, canceled, failed)).Read()
	for id, want := range map[string]string{pulled: "running", mismatch: "failed", pushed: "running", canceled: "canceled", failed: "failed"} {
		if got := scraped.State(id); got != want {
			t.Errorf("a session is %q (%s), want %q", got, scraped.Failure(id), want)
		}
	}
	for id, want := range map[string]string{pulled: "succeeded", mismatch: "failed", pushed: "pending"} {
		if files := scraped.Values("asyncjob_file_state", "state", "job_id", id); len(files) != 1 || files[want] != 1 {
			t.Errorf("its file is %v, want %q", files, want)
		}
	}
	if types := scraped.Values("asyncjob_file_state", "source_type"); len(types) != 2 || types["PULL"] != 1 || types["PUSH"] != 1 {
		t.Errorf("the files' source types are %v", types)
	}
	if errors := scraped.Values("asyncjob_error_info", "error", "job_id", mismatch); len(errors) != 1 || errors[""] != 0 {
		t.Errorf("the failed session's errors are %v", errors)
	}
	if items := scraped.Values("asyncjob_vsphere_session_info", "library_item_id"); len(items) != 1 || items[v.item] != 1 {
		t.Errorf("the library items are %v, want %s", items, v.item)
	}
	if expire := scraped.Values("asyncjob_expiration_timestamp_seconds", "job_id"); len(expire) != 5 {
		t.Errorf("sessions expire at %v", expire)
	}
}

// TestVCenterDiscovery lists sessions, of which there are none at first.
func TestVCenterDiscovery(t *testing.T) {
	v := startVCenter(t)
	r := readVCenter(t, v, "discovery: true")
	scraped := r.Read()
	if up := scraped.Values("asyncjob_target_up", "target"); up["vcenter"] != 1 {
		t.Errorf("without sessions the target is %v", up)
	}
	if jobs := scraped.Values("asyncjob_up", "job_id"); len(jobs) != 0 {
		t.Errorf("without sessions there are the jobs %v", jobs)
	}
	update := v.updateSession()
	download, err := v.library.CreateLibraryItemDownloadSession(t.Context(), library.Session{LibraryItemID: v.item})
	if err != nil {
		t.Fatal(err)
	}
	r.Clock.Advance(1)
	scraped = r.Read()
	for id, kind := range map[string]string{update: "update", download: "download"} {
		if kinds := scraped.Values("asyncjob_info", "kind", "job_id", id); kinds[kind] != 1 || scraped.State(id) != "running" {
			t.Errorf("the %s session is %v and %q (%s)", kind, kinds, scraped.State(id), scraped.Failure(id))
		}
	}
	if known := scraped.Values("asyncjob_target_jobs", "source"); known["discovery"] != 2 {
		t.Errorf("known jobs are %v", known)
	}
}

// TestVCenterWithoutSuchSession: the simulated vCenter answers a plain 404, which
// does not say that the session is gone.
func TestVCenterWithoutSuchSession(t *testing.T) {
	v := startVCenter(t)
	id := v.updateSession()
	r := readVCenter(t, v, jobKeys(id))
	if got := r.Read().State(id); got != "running" {
		t.Fatalf("the session is %q", got)
	}
	if err := v.library.DeleteLibraryItemUpdateSession(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if got := r.Read().Failure(id); got != "not_found" {
		t.Errorf("the failure is %q", got)
	}
}

// TestVCenterLogin is about the one login of many reads over many scrapes: made
// for /rest after /api turned out not to be there, made again where the session
// ended behind the exporter's back, and ended with the exporter.
func TestVCenterLogin(t *testing.T) {
	v := startVCenter(t)
	ids := []string{v.updateSession(), v.updateSession(), v.updateSession(), v.updateSession()}
	r := readVCenter(t, v, jobKeys(ids...))
	running := func() {
		t.Helper()
		scraped := r.Read()
		for _, id := range ids {
			if got := scraped.State(id); got != "running" {
				t.Errorf("a session is %q (%s)", got, scraped.Failure(id))
			}
		}
	}
	running()
	requests := v.took()
	if !slices.Equal(requests[:2], []string{"POST /api/session", "POST " + loginPath}) {
		t.Errorf("it logged in by %q", requests[:2])
	}
	running()
	if logins := loginsOf(v.took()); logins != 0 || len(v.seenSessions()) != 1 {
		t.Errorf("the second scrape logged in %d times and the sessions are %d", logins, len(v.seenSessions()))
	}

	if status := v.asSession(http.MethodDelete, v.seenSessions()[0]); status != http.StatusOK {
		t.Fatalf("ending the exporter's session is answered %d", status)
	}
	running()
	if logins := loginsOf(v.took()); logins != 1 || len(v.seenSessions()) != 2 {
		t.Errorf("after its session ended it logged in %d times and the sessions are %d", logins, len(v.seenSessions()))
	}

	last := v.seenSessions()[1]
	if status := v.asSession(http.MethodGet, last); status != http.StatusOK {
		t.Fatalf("the exporter's session is answered %d before the end", status)
	}
	if err := r.Close(context.Background()); err != nil {
		t.Error(err)
	}
	if requests := v.took(); !slices.Contains(requests, "DELETE "+loginPath) {
		t.Errorf("closing sent %q", requests)
	}
	if status := v.asSession(http.MethodGet, last); status != http.StatusUnauthorized {
		t.Errorf("the exporter's session is answered %d after the end", status)
	}
}

// TestVCenterSessionsThatEndUnderLoad: whoever ends the exporter's sessions, as an
// administrator may, costs it logins, and no job.
func TestVCenterSessionsThatEndUnderLoad(t *testing.T) {
	v := startVCenter(t)
	var ids []string
	for range 10 {
		ids = append(ids, v.updateSession())
	}
	r := readVCenter(t, v, jobKeys(ids...))
	ending, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for seen := 0; ; {
			for _, session := range v.seenSessions()[seen:] {
				v.asSession(http.MethodDelete, session)
				seen++
			}
			select {
			case <-ending:
				return
			case <-time.After(200 * time.Millisecond):
			}
		}
	}()
	for range 10 {
		scraped := r.Read()
		for _, id := range ids {
			if got := scraped.State(id); got != "running" {
				t.Errorf("a session is %q (%s)", got, scraped.Failure(id))
			}
		}
		r.Clock.Advance(15 * time.Second)
		time.Sleep(50 * time.Millisecond)
	}
	close(ending)
	<-ended
	requests := v.took()
	if logins := loginsOf(slices.Clone(requests)); logins < 2 {
		t.Errorf("it logged in %d times: its sessions were not ended", logins)
	}
	for _, request := range requests {
		if strings.HasPrefix(request, "GET /api/") {
			t.Errorf("it asked %s of a vCenter that has only /rest", request)
		}
	}
}

func loginsOf(requests []string) int {
	return len(slices.DeleteFunc(requests, func(request string) bool { return request != "POST "+loginPath }))
}

// TestVCenterRefusesPassword: all jobs share the one refused login.
func TestVCenterRefusesPassword(t *testing.T) {
	v := startVCenter(t)
	ids := []string{v.updateSession(), v.updateSession(), v.updateSession()}
	wrong := strings.Replace(goldentest.Target("vcenter", "vsphere", v.proxy.URL, jobKeys(ids...)), "canary-config-password", "canary-wrong-password", 1)
	r := goldentest.Start(t, wrong)
	scraped := r.Read()
	for _, id := range ids {
		if got := scraped.Failure(id); got != "login" {
			t.Errorf("the failure is %q", got)
		}
	}
	if up := scraped.Values("asyncjob_target_up", "target"); up["vcenter"] != 0 {
		t.Errorf("the target is %v", up)
	}
	if logins := loginsOf(v.took()); logins != 1 {
		t.Errorf("it tried to log in %d times", logins)
	}
	if log := r.Log.String(); strings.Contains(log, "canary") {
		t.Errorf("the log holds a password:\n%s", log)
	}
}

// TestVCenterCertificate is about tls_thumbprint with the vCenter's self-signed certificate.
func TestVCenterCertificate(t *testing.T) {
	v := startVCenter(t)
	id := v.updateSession()
	certificate := v.server.Certificate().Raw
	long, short := sha256.Sum256(certificate), sha1.Sum(certificate)
	read := func(keys string) metrictest.Families {
		return goldentest.Start(t, goldentest.Target("vcenter", "vsphere", "https://"+v.server.URL.Host, keys+"\n"+jobKeys(id))).Read()
	}
	for name, thumbprint := range map[string]string{
		"SHA-256": hex.EncodeToString(long[:]), "SHA-1": hex.EncodeToString(short[:]),
		"SHA-256 with colons": withColons(long[:]), "SHA-1 with colons": withColons(short[:]),
		"SHA-256 in lower case with colons": strings.ToLower(withColons(long[:])),
	} {
		if scraped := read("tls_thumbprint: '" + thumbprint + "'"); scraped.State(id) != "running" {
			t.Errorf("%s: the session is %q (%s)", name, scraped.State(id), scraped.Failure(id))
		}
	}
	long[0] ^= 1
	short[19] ^= 1
	for name, keys := range map[string]string{
		"another SHA-256": "tls_thumbprint: '" + withColons(long[:]) + "'", "another SHA-1": "tls_thumbprint: '" + withColons(short[:]) + "'",
		"no thumbprint": "max_files: 200",
	} {
		if got := read(keys).Failure(id); got != "tls" {
			t.Errorf("%s: the failure is %q", name, got)
		}
	}
}

func withColons(digest []byte) string {
	var pairs []string
	for _, b := range digest {
		pairs = append(pairs, fmt.Sprintf("%02X", b))
	}
	return strings.Join(pairs, ":")
}
