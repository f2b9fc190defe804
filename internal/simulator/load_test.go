package simulator_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// loadWords read each system's word for a running job of the load.
func loadWord(client *upstream, id, contentType string) (word any, moving string) {
	switch client.target.System {
	case "sample_exchange":
		job := client.object("/sampleExchange/v1/samples/async/" + id)
		return job["state"], fmt.Sprint(job["progress"])
	case "oracle_marketplace":
		job := client.object(images + "/" + id)
		return job["statusName"], fmt.Sprint(job["uploadedChunks"], job["dataCenterImageUploadRequests"])
	case "oracle_content":
		job := client.object("/content/management/api/v1.1/types/" + contentType + "/updateType/.status/" + id)
		return job["progress"], fmt.Sprint(job["completedPercentage"])
	default:
		_, files := client.get(apiSessions + "/" + id + "/file")
		return client.object(apiSessions + "/" + id)["state"], string(files)
	}
}

func TestALoadHasItsJobsAndTheirShareIsFinished(t *testing.T) {
	clock := newClock()
	running := start(t, simulator.Options{Clock: clock.Now, Load: &simulator.Load{
		Jobs: 202, FinishedShare: 0.8, FilesPerSession: 8, DataCenters: 4,
	}})
	final := map[any]bool{"FINISHED": true, "Completed": true, "succeeded": true, "DONE": true}
	jobs, finished := 0, 0
	for system, target := range targets(t, running.Config()) {
		client := connect(t, running, system)
		ids := map[string]bool{}
		for _, job := range target.Jobs {
			jobs++
			ids[job.ID] = true
			word, before := loadWord(client, job.ID, job.Type)
			clock.Advance(3 * time.Second)
			_, after := loadWord(client, job.ID, job.Type)
			if final[word] {
				finished++
			}
			if (before == after) != final[word] {
				t.Errorf("%s %s is %v and goes from %.80s to %.80s", system, job.ID, word, before, after)
			}
		}
		if len(ids) != len(target.Jobs) || target.Discovery {
			t.Errorf("%s: %d ids for %d jobs, discovery %t", system, len(ids), len(target.Jobs), target.Discovery)
		}
	}
	if jobs != 202 || finished < 160 || finished > 162 {
		t.Errorf("%d jobs, %d finished", jobs, finished)
	}
}

func TestALoadHasItsFilesAndDataCenters(t *testing.T) {
	running := start(t, simulator.Options{Load: &simulator.Load{Jobs: 8, FilesPerSession: 5, DataCenters: 3}})
	vcenter, marketplace := connect(t, running, "vsphere"), connect(t, running, "oracle_marketplace")
	id := vcenter.target.Jobs[0].ID
	if files := filesOf(t, vcenter, apiSessions+"/"+id); len(files) != 5 {
		t.Errorf("%d files", len(files))
	}
	if listed := vcenter.strings(apiSessions); len(listed) != 2 || listed[0] != id {
		t.Errorf("listed: %q", listed)
	}
	vcenter.object("/api/content/library/item/" + vcenter.object(apiSessions + "/" + id)["library_item_id"].(string))
	image := marketplace.object(images + "/" + marketplace.listed("")[0])
	if centers := image["dataCenterImageUploadRequests"].([]any); len(centers) != 3 {
		t.Errorf("%d data centres", len(centers))
	}
}

func TestALoadCanBeOnSomeSystemsOnly(t *testing.T) {
	running := start(t, simulator.Options{Load: &simulator.Load{Jobs: 7, Systems: []string{"vsphere", "sample_exchange"}}})
	configured := targets(t, running.Config())
	if len(configured) != 2 || len(configured["vsphere"].Jobs) != 4 || len(configured["sample_exchange"].Jobs) != 3 {
		t.Errorf("%+v", configured)
	}
}
