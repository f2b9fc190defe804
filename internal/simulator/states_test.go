package simulator_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// words are the states that the exporter's contract gives to the words of all
// four systems; FINISHED and succeeded have more to them.
var words = map[string]string{
	"new": "pending", "initiated": "pending", "pending": "pending", "paused": "pending", "blocked": "pending",
	"running": "running", "active": "running", "in progress": "running", "virus scan in progress": "running", "processing": "running",
	"done": "succeeded", "completed": "succeeded",
	"error": "failed", "failed": "failed", "rejected": "failed", "deletion failed": "failed",
	"canceled": "canceled", "deleted": "canceled", "aborted": "canceled",
}

var allStates = []string{"pending", "running", "succeeded", "failed", "canceled", "expired", "gone", "unknown"}

// seen is what somebody who looks on knows of a job.
type seen struct {
	state string
	// signature is all that shows whether the job moves.
	signature string
	// moved is when the signature or the state changed last.
	moved time.Time
	// expires, item and version are those of a vSphere session.
	expires       time.Time
	item, version string
	// vanished is when the upstream knew it no more.
	vanished time.Time
}

// onlooker polls the four systems and remembers, as the contract says that an
// exporter does, only more simply.
type onlooker struct {
	t       *testing.T
	clock   *exportertest.Clock
	clients map[string]*upstream
	jobs    map[string]*seen
	// stalled are the jobs that were running and did not move for half an hour.
	stalled map[string]bool
	// unreadable are those that could not be read at some time.
	unreadable map[string]bool
}

// remembered is the shorter one of the demo's two retentions.
const remembered = 15 * time.Minute

func TestEveryStateIsOnShowFromTheThirdMinuteOn(t *testing.T) {
	clock := newClock()
	running := start(t, simulator.Options{Clock: clock.Now})
	watch := &onlooker{t: t, clock: clock, clients: map[string]*upstream{}, jobs: map[string]*seen{}, stalled: map[string]bool{}, unreadable: map[string]bool{}}
	for system := range targets(t, running.Config()) {
		watch.clients[system] = connect(t, running, system)
	}
	step := 30 * time.Second
	for passed := time.Duration(0); passed <= 6*time.Hour; passed += step {
		if passed == time.Hour {
			step = 2 * time.Minute
		}
		watch.look()
		if missing := watch.missing(); passed >= 3*time.Minute && len(missing) > 0 {
			t.Fatalf("after %s no job is %v", passed, missing)
		}
		clock.Advance(step)
	}
	samples, uploads := watch.clients["sample_exchange"], watch.clients["oracle_marketplace"]
	content, sessions := watch.clients["oracle_content"], watch.clients["vsphere"]
	wanted := []string{
		"oracle_content " + content.job("update Product"), "oracle_marketplace " + uploads.job("siem-collector"),
		"sample_exchange " + samples.job("vrops-dashboard-pack"), "vsphere " + sessions.job("rhel-9.6"),
	}
	stalled := slices.Sorted(maps.Keys(watch.stalled))
	if !slices.Equal(stalled, wanted) {
		t.Errorf("stalled for half an hour: %q, want %q", stalled, wanted)
	}
	unreadable, wanted := slices.Sorted(maps.Keys(watch.unreadable)), []string{"sample_exchange " + samples.job("capacity-report")}
	if !slices.Equal(unreadable, wanted) {
		t.Errorf("unreadable now and then: %q, want %q", unreadable, wanted)
	}
}

func TestAllSystemsHaveJobsAtOnce(t *testing.T) {
	clock := newClock()
	running := start(t, simulator.Options{Clock: clock.Now})
	watch := &onlooker{t: t, clock: clock, clients: map[string]*upstream{}, jobs: map[string]*seen{}, stalled: map[string]bool{}, unreadable: map[string]bool{}}
	found := map[string]int{}
	for system := range targets(t, running.Config()) {
		watch.clients[system] = connect(t, running, system)
	}
	watch.look()
	for job, known := range watch.jobs {
		system, _, _ := strings.Cut(job, " ")
		if known.vanished.IsZero() {
			found[system]++
		}
	}
	for system := range watch.clients {
		if found[system] < 5 {
			t.Errorf("%s has %d jobs as the demo starts, want at least 5", system, found[system])
		}
	}
}

func (o *onlooker) missing() []string {
	shown := map[string]bool{}
	for _, job := range o.jobs {
		shown[job.state] = true
	}
	return slices.DeleteFunc(slices.Clone(allStates), func(state string) bool { return shown[state] })
}

func (o *onlooker) look() {
	for _, job := range o.clients["sample_exchange"].target.Jobs {
		kind := "samples"
		if job.Kind == "contribution" {
			kind = "contributions"
		}
		o.read("sample_exchange", job.ID, "/sampleExchange/v1/"+kind+"/async/"+job.ID)
	}
	for _, job := range o.clients["oracle_content"].target.Jobs {
		path := job.Path
		if job.Type != "" {
			path = "/content/management/api/v1.1/types/" + url.PathEscape(job.Type) + "/updateType/.status/" + job.ID
		}
		o.read("oracle_content", job.ID, path)
	}
	o.lookAtUploads()
	o.lookAtSessions("update-session")
	o.lookAtSessions("download-session")
	for name, job := range o.jobs {
		if !job.vanished.IsZero() && o.clock.Now().Sub(job.vanished) > remembered {
			delete(o.jobs, name)
		}
		if job.state == "running" && o.clock.Now().Sub(job.moved) >= 30*time.Minute {
			o.stalled[name] = true
		}
	}
}

func (o *onlooker) lookAtUploads() {
	client := o.clients["oracle_marketplace"]
	ids := o.remembered("oracle_marketplace")
	for _, job := range client.target.Jobs {
		ids[job.ID] = true
	}
	items, _ := client.object("/appstore/publisher/v1/machineimages?limit=100")["items"].([]any)
	for _, item := range items {
		ids[fmt.Sprintf("%.0f", at(item, "MachineImageUploadRequest", "uploadRequestId"))] = true
	}
	for id := range ids {
		o.read("oracle_marketplace", id, "/appstore/publisher/v1/machineimages/"+id)
	}
}

func (o *onlooker) lookAtSessions(kind string) {
	ids := map[string]bool{}
	for id := range o.remembered("vsphere") {
		if strings.HasPrefix(o.jobs["vsphere "+id].signature, kind) {
			ids[id] = true
		}
	}
	for _, id := range o.clients["vsphere"].strings("/api/content/library/item/" + kind) {
		ids[id] = true
	}
	for id := range ids {
		o.read("vsphere", id, "/api/content/library/item/"+kind+"/"+id)
	}
}

// remembered are the jobs of a system that were there at the last look.
func (o *onlooker) remembered(system string) map[string]bool {
	ids := map[string]bool{}
	for name, job := range o.jobs {
		if id, found := strings.CutPrefix(name, system+" "); found && job.vanished.IsZero() {
			ids[id] = true
		}
	}
	return ids
}

func (o *onlooker) read(system, id, path string) {
	status, body := o.clients[system].get(path)
	name := system + " " + id
	now := o.clock.Now()
	known := o.jobs[name]
	if status == http.StatusNotFound {
		decode(o.t, body)
		if known == nil {
			o.jobs[name] = &seen{state: "gone"}
			return
		}
		o.vanish(known)
		return
	}
	if status == http.StatusInternalServerError {
		o.unreadable[name] = true
		return
	}
	if status != http.StatusOK {
		o.t.Fatalf("%s: status %d: %s", name, status, body)
	}
	found := o.seen(system, path, decode(o.t, body))
	found.moved = now
	if known != nil && known.signature == found.signature && known.state == found.state {
		found.moved = known.moved
	}
	o.jobs[name] = found
}

func (o *onlooker) seen(system, path string, reply object) *seen {
	switch system {
	case "sample_exchange":
		state := reply["state"].(string)
		if state == "FINISHED" {
			state = "completed"
			if reply["error"] != nil {
				state = "failed"
			}
		}
		return &seen{state: stateOf(state), signature: text(reply["progress"], reply["created"])}
	case "oracle_content":
		state := reply["progress"].(string)
		if state == "succeeded" {
			state = "completed"
			if code, _ := at(reply, "result", "status", "code").(float64); code >= 400 {
				state = "failed"
			}
		}
		return &seen{state: stateOf(state), signature: text(reply["completedPercentage"], reply["startTime"])}
	case "oracle_marketplace":
		return &seen{state: stateOf(reply["statusName"].(string)), signature: text(reply)}
	default:
		_, files := o.clients[system].get(path + "/file")
		kind, _, _ := strings.Cut(strings.TrimPrefix(path, "/api/content/library/item/"), "/")
		expires, err := time.Parse(time.RFC3339Nano, reply["expiration_time"].(string))
		if err != nil {
			o.t.Fatal(err)
		}
		return &seen{
			state: stateOf(reply["state"].(string)), signature: kind + text(reply["client_progress"], string(files)),
			expires: expires, item: reply["library_item_id"].(string), version: reply["library_item_content_version"].(string),
		}
	}
}

// vanish settles the end of a job that the upstream knows no more.
func (o *onlooker) vanish(job *seen) {
	if !job.vanished.IsZero() {
		return
	}
	job.vanished = o.clock.Now()
	if job.state != "running" && job.state != "pending" {
		return
	}
	job.state = "gone"
	if job.item == "" {
		return
	}
	item := o.clients["vsphere"].object("/api/content/library/item/" + job.item)
	switch {
	case item["content_version"] != job.version:
		job.state = "succeeded"
	case job.expires.Before(o.clock.Now()):
		job.state = "expired"
	}
}

func stateOf(word string) string {
	if state, found := words[strings.ToLower(word)]; found {
		return state
	}
	return "unknown"
}

func text(values ...any) string {
	encoded, _ := json.Marshal(values)
	return string(encoded)
}
