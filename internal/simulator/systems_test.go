package simulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

const images = "/appstore/publisher/v1/machineimages"

func TestASampleFailsByFinishingWithAnError(t *testing.T) {
	clock := newClock()
	client := connect(t, start(t, simulator.Options{Clock: clock.Now}), "sample_exchange")
	path := "/sampleExchange/v1/samples/async/" + client.job("nsx-firewall-audit")
	if job := client.object(path); job["state"] != "RUNNING" || job["error"] != nil || job["start"] == nil || job["finished"] != nil {
		t.Errorf("at first: %v", job)
	}
	clock.Advance(4 * time.Minute)
	job := client.object(path)
	if job["state"] != "FINISHED" || job["error"] == nil || job["stackTrace"] == nil || job["finished"] == nil || job["progress"] != 63.0 {
		t.Errorf("in the end: %v", job)
	}
	clock.Advance(255 * time.Second)
	if again := client.object(path); again["state"] != "NEW" || again["created"] == job["created"] || again["start"] != nil {
		t.Errorf("after a while: %v", again)
	}
}

func TestTheTwoKindsOfSamplesHaveTheirOwnNumbers(t *testing.T) {
	client := connect(t, start(t, simulator.Options{}), "sample_exchange")
	client.object("/sampleExchange/v1/contributions/async/12")
	for _, path := range []string{"/sampleExchange/v1/samples/async/12", "/sampleExchange/v1/contributions/async/4711", "/sampleExchange/v1/samples/async/4799"} {
		status, body := client.get(path)
		if status != http.StatusNotFound || decode(t, body)["message"] == nil {
			t.Errorf("%s: status %d: %s", path, status, body)
		}
	}
}

func TestUploadsAreListedInPages(t *testing.T) {
	clock := newClock()
	client := connect(t, start(t, simulator.Options{Clock: clock.Now}), "oracle_marketplace")
	all := client.listed("")
	if len(all) < 9 {
		t.Fatalf("%d uploads are listed", len(all))
	}
	var paged []string
	for offset := 0; ; offset += 4 {
		page := client.listed(fmt.Sprintf("?limit=4&offset=%d", offset))
		paged = append(paged, page...)
		if len(page) < 4 {
			break
		}
	}
	if strings.Join(paged, " ") != strings.Join(all, " ") {
		t.Errorf("pages: %q, all: %q", paged, all)
	}
	latest, oldest := client.listed("?orderby=LASTUPDATEDATE&sortorder=DESC"), client.listed("?orderby=LASTUPDATEDATE")
	first := client.object(images + "/" + latest[0])["lastModifiedDate"].(string)
	last := client.object(images + "/" + oldest[0])["lastModifiedDate"].(string)
	if first <= last {
		t.Errorf("the latest was changed %s, the oldest %s", first, last)
	}
	if deleted := client.listed("?machineimagestatus=DELETED,REJECTED"); len(deleted) != 1 || deleted[0] != client.job("retired-image") {
		t.Errorf("deleted: %q", deleted)
	}
	for _, query := range []string{"?limit=101", "?limit=0", "?limit=x", "?offset=-1"} {
		if status, _ := client.get(images + query); status != http.StatusBadRequest {
			t.Errorf("%s: status %d", query, status)
		}
	}
}

// listed are the ids of a page of uploads.
func (u *upstream) listed(query string) []string {
	u.t.Helper()
	var ids []string
	for _, item := range u.object(images + query)["items"].([]any) {
		ids = append(ids, fmt.Sprintf("%.0f", at(item, "MachineImageUploadRequest", "uploadRequestId")))
	}
	return ids
}

func TestAnUploadRunsAnewUnderANewID(t *testing.T) {
	clock := newClock()
	client := connect(t, start(t, simulator.Options{Clock: clock.Now}), "oracle_marketplace")
	before := client.listed("")
	clock.Advance(15 * time.Minute)
	known := strings.Join(before, " ")
	added := 0
	for _, id := range client.listed("") {
		if !strings.Contains(known, id) {
			added++
			if got := fmt.Sprintf("%.0f", client.object(images + "/" + id)["uploadRequestId"]); got != id {
				t.Errorf("upload %s says that it is %s", id, got)
			}
		}
	}
	if added == 0 {
		t.Error("no upload was begun in 15 minutes")
	}
}

func TestOneDataCenterFailsWhileTheOthersGoOn(t *testing.T) {
	clock := newClock()
	client := connect(t, start(t, simulator.Options{Clock: clock.Now}), "oracle_marketplace")
	path := images + "/" + client.job("oracle-linux-9")
	clock.Advance(5 * time.Minute)
	early := client.object(path)
	clock.Advance(10 * time.Minute)
	late := client.object(path)
	if early["statusName"] != "In Progress" || late["statusName"] != "In Progress" {
		t.Fatalf("the upload is %v, then %v", early["statusName"], late["statusName"])
	}
	moved := false
	for index, center := range late["dataCenterImageUploadRequests"].([]any) {
		then := at(early, "dataCenterImageUploadRequests", index)
		if index == 1 {
			if at(center, "statusName") != "Failed" || at(center, "uploadProgress") != "42%" || at(center, "lastUpdatedDate") != at(then, "lastUpdatedDate") {
				t.Errorf("the failed one: %v, before: %v", center, then)
			}
			continue
		}
		moved = moved || at(center, "uploadProgress") != at(then, "uploadProgress")
		if at(center, "statusName") == "Failed" {
			t.Errorf("%v has failed too", center)
		}
	}
	if !moved {
		t.Error("no other data centre moved")
	}
}

func TestChunksAddUp(t *testing.T) {
	clock := newClock()
	client := connect(t, start(t, simulator.Options{Clock: clock.Now}), "oracle_marketplace")
	path := images + "/" + client.job("wordpress")
	uploaded, modified := -1.0, ""
	for range 12 {
		image := client.object(path)
		if image["statusName"] == "In Progress" && image["lastModifiedDate"].(string) <= modified {
			t.Errorf("the upload moves, but was modified last %v, a minute ago %s", image["lastModifiedDate"], modified)
		}
		modified = image["lastModifiedDate"].(string)
		if image["uploadedChunks"].(float64)+image["pendingChunks"].(float64) != 75 || image["uploadedChunks"].(float64) < uploaded {
			t.Errorf("chunks: %v uploaded, %v pending", image["uploadedChunks"], image["pendingChunks"])
		}
		uploaded = image["uploadedChunks"].(float64)
		clock.Advance(time.Minute)
	}
	if image := client.object(path); image["statusName"] != "Completed" || uploaded != 75 {
		t.Errorf("in the end: %v, %v chunks", image["statusName"], uploaded)
	}
	if status, body := client.get(images + "/1"); status != http.StatusNotFound || decode(t, body)["title"] != "Entity Not Found" {
		t.Errorf("an unknown upload: status %d: %s", status, body)
	}
}

func TestAStalledUploadWasModifiedWhenItLastMoved(t *testing.T) {
	clock := newClock()
	client := connect(t, start(t, simulator.Options{Clock: clock.Now}), "oracle_marketplace")
	path := images + "/" + client.job("siem-collector")
	clock.Advance(10 * time.Minute)
	before := client.object(path)
	clock.Advance(time.Hour)
	if after := client.object(path); after["lastModifiedDate"] != before["lastModifiedDate"] || after["uploadedChunks"] != 41.0 {
		t.Errorf("modified %v, an hour later %v; chunks %v", before["lastModifiedDate"], after["lastModifiedDate"], after["uploadedChunks"])
	}
}

func TestAFailedTypeUpdateIsNotCompleted(t *testing.T) {
	clock := newClock()
	client := connect(t, start(t, simulator.Options{Clock: clock.Now}), "oracle_content")
	path := "/content/management/api/v1.1/types/PressRelease/updateType/.status/" + client.job("update PressRelease")
	clock.Advance(4 * time.Minute)
	job := client.object(path)
	if job["progress"] != "failed" || job["completed"] != false || at(job, "error", "o:errorCode") == nil {
		t.Errorf("%v", job)
	}
}

func TestAJobThatSucceededCanHaveABadResult(t *testing.T) {
	clock := newClock()
	client := connect(t, start(t, simulator.Options{Clock: clock.Now}), "oracle_content")
	clock.Advance(2 * time.Minute)
	job := client.object("/content/management/api/v1.1/types/Author/updateType/.status/" + client.job("update Author"))
	if job["progress"] != "succeeded" || at(job, "result", "status", "code") != 409.0 {
		t.Errorf("%v", job)
	}
}

func TestASucceededTypeUpdateCarriesTheWholeType(t *testing.T) {
	clock := newClock()
	client := connect(t, start(t, simulator.Options{Clock: clock.Now}), "oracle_content")
	path := "/content/management/api/v1.1/types/Article/updateType/.status/" + client.job("update Article")
	if job := client.object(path); job["progress"] != "processing" || job["result"] != nil || job["completed"] != false {
		t.Errorf("before: %v", job)
	}
	clock.Advance(5 * time.Minute)
	status, body, header := call(t, http.MethodGet, client.target.URL+path, client.header, "")
	job := decode(t, body)
	fields, _ := at(job, "result", "body", "fields").([]any)
	if status != http.StatusOK || len(body) < 200_000 || len(fields) < 300 || at(job, "result", "body", "name") != "Article" {
		t.Errorf("status %d, %d bytes, %d fields", status, len(body), len(fields))
	}
	if at(job, "endTime", "timezone") != "UTC" {
		t.Errorf("endTime: %v", job["endTime"])
	}

	client.header.Set("If-None-Match", header.Get("ETag"))
	clock.Advance(time.Minute)
	if status, body := client.get(path); status != http.StatusNotModified || len(body) != 0 {
		t.Errorf("unchanged: status %d, %d bytes", status, len(body))
	}
	clock.Advance(5 * time.Minute)
	if status, _ := client.get(path); status != http.StatusOK {
		t.Errorf("changed: status %d", status)
	}
}

func TestTheSitesAPIWritesTimesAsStrings(t *testing.T) {
	client := connect(t, start(t, simulator.Options{}), "oracle_content")
	if started, isString := client.object("/sites/management/api/v1/sites/_status/" + client.job("copy site"))["startTime"].(string); !isString || started == "" {
		t.Error("startTime is not a string")
	}
	bulk := client.object("/content/management/api/v1.1/bulkItemsOperations/" + client.job("bulk publish"))
	if _, isString := at(bulk, "startTime", "value").(string); !isString {
		t.Errorf("startTime of the content API: %v", bulk["startTime"])
	}
}

func TestATypeUpdateBelongsToItsType(t *testing.T) {
	client := connect(t, start(t, simulator.Options{}), "oracle_content")
	id := client.job("update Case Study")
	client.object("/content/management/api/v1.1/types/Case%20Study/updateType/.status/" + id)
	status, body := client.get("/content/management/api/v1.1/types/Article/updateType/.status/" + id)
	if status != http.StatusNotFound || decode(t, body)["o:errorCode"] == nil {
		t.Errorf("status %d: %s", status, body)
	}
}
