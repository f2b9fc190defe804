package simulator

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The demo's two described systems: a CI whose pipelines have steps, and a server's
// management controller with its sessions and firmware updates.

// run is one run of a demo job of a described system.
type run struct {
	moment

	id    string
	title string
	ended bool
}

// demoRuns are the runs that are known now; runs of one plan have ids that follow
// each other.
func demoRuns(world *World, plans []plan, titles []string, first int) []run {
	var runs []run
	for i, p := range plans {
		for _, m := range p.known(world) {
			runs = append(runs, run{
				moment: m, id: strconv.Itoa(first + 1000*i + m.run), title: titles[i],
				ended: m.stage == len(p.stages)-1,
			})
		}
	}
	return runs
}

func find(runs []run, id string) (run, bool) {
	for _, r := range runs {
		if r.id == id {
			return r, true
		}
	}
	return run{}, false
}

func idsOf(runs []run) []string {
	ids := make([]string, 0, len(runs))
	for _, r := range runs {
		ids = append(ids, r.id)
	}
	return ids
}

// encoded is a value of this package as JSON: all of them can be encoded.
func encoded(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		return []byte("null")
	}
	return text
}

// DemoCI is a GitLab whose pipelines succeed, fail and stand still. Its
// description is one that the exporter has built in.
func DemoCI(description []byte) (API, error) {
	runs := func(world *World) []run {
		return demoRuns(world, []plan{
			{first: -2 * time.Minute, every: 8 * time.Minute, stages: []stage{
				{"pending", 30 * time.Second, 0}, {"running", 5 * time.Minute, 1}, {"success", 6 * time.Minute, 1},
			}},
			{first: -time.Minute, every: 15 * time.Minute, stages: []stage{
				{"running", 3 * time.Minute, 0.6}, {"failed", 10 * time.Minute, 0.6},
			}},
			{first: -50 * time.Minute, stages: []stage{{"running", 2 * time.Minute, 0.5}, {"running", forEver, 0.5}}},
			{first: -90 * time.Minute, stages: []stage{{"manual", forEver, 0}}},
		}, []string{"main", "fix-arm64", "nightly", "release-24.04"}, 918_000)
	}
	pipeline := func(r run) map[string]any {
		reply := map[string]any{
			"id": json.Number(r.id), "status": r.word, "ref": r.title, "source": "push",
			"created_at": milliseconds(r.begun), "updated_at": milliseconds(r.entered), "started_at": milliseconds(r.begun),
			"finished_at": nil, "yaml_errors": nil, "user": map[string]string{"name": "pipeline", "private_token": "glpat-demo-canary"},
		}
		if r.word == "success" || r.word == "failed" {
			reply["finished_at"] = milliseconds(r.entered)
		}
		return reply
	}
	return Double(Script{
		Description: description,
		Params:      map[string]string{"project": "images/ubuntu"},
		Known:       func(world *World) []string { return idsOf(runs(world)) },
		Status: func(world *World, id string) ([]byte, bool) {
			r, known := find(runs(world), id)
			return encoded(pipeline(r)), known
		},
		Pages: func(world *World) [][]byte {
			var list []map[string]any
			for _, r := range runs(world) {
				list = append(list, map[string]any{"id": json.Number(r.id), "status": r.word, "ref": r.title})
			}
			half := len(list) / 2
			return [][]byte{encoded(list[:half]), encoded(list[half:])}
		},
		Parts: func(world *World, id string) []byte {
			r, _ := find(runs(world), id)
			return encoded(steps(r))
		},
		Gone: Answer{Status: 404, Body: []byte(`{"message":"404 Not found"}`)},
	})
}

// steps are the jobs of a pipeline: so many of them are done as it has progress.
func steps(r run) []map[string]any {
	names := []string{"lint", "build", "test", "image", "publish"}
	list := make([]map[string]any, 0, len(names))
	for i, name := range names {
		word, done := "created", r.progress*float64(len(names))
		switch {
		case float64(i+1) <= done:
			word = "success"
		case float64(i) <= done && r.word == "failed":
			word = "failed"
		case float64(i) <= done && r.word == "running":
			word = "running"
		}
		list = append(list, map[string]any{"id": i, "name": name, "stage": name, "status": word})
	}
	return list
}

// DemoBMC is a management controller that speaks Redfish: it has few sessions,
// which have to be ended, and updates firmware.
func DemoBMC(description []byte) (API, error) {
	runs := func(world *World) []run {
		return demoRuns(world, []plan{
			{first: -3 * time.Minute, every: 12 * time.Minute, stages: []stage{
				{"New", 40 * time.Second, 0}, {"Running", 7 * time.Minute, 1}, {"Completed", 12 * time.Minute, 1},
			}},
			{first: -5 * time.Minute, every: 20 * time.Minute, stages: []stage{
				{"Running", 4 * time.Minute, 0.41}, {"Exception", 14 * time.Minute, 0.41},
			}},
		}, []string{"Firmware Update: BIOS", "Firmware Update: NIC"}, 7_324)
	}
	task := func(r run) map[string]any {
		reply := map[string]any{
			"@odata.id": "/redfish/v1/TaskService/Tasks/" + r.id, "Id": r.id, "Name": r.title, "TaskState": r.word, "TaskStatus": "OK",
			"StartTime": milliseconds(r.begun), "PercentComplete": int(r.progress * 100), "Messages": []any{},
		}
		if r.ended {
			reply["EndTime"] = milliseconds(r.entered)
		}
		if r.word == "Exception" {
			reply["TaskStatus"] = "Critical"
			reply["Messages"] = []any{map[string]string{"MessageId": "Update.1.0.TransferFailed", "Message": "The image could not be fetched."}}
		}
		return reply
	}
	return Double(Script{
		Description: description,
		Login:       []byte(`{"Id":"1","Name":"User Session"}`),
		Known:       func(world *World) []string { return idsOf(runs(world)) },
		Status: func(world *World, id string) ([]byte, bool) {
			r, known := find(runs(world), id)
			return encoded(task(r)), known
		},
		Pages: func(world *World) [][]byte {
			var members []string
			for _, r := range runs(world) {
				members = append(members, fmt.Sprintf(`{"@odata.id":"/redfish/v1/TaskService/Tasks/%s"}`, r.id))
			}
			return [][]byte{[]byte(`{"Members":[` + strings.Join(members, ",") + `]}`)}
		},
		Gone: Answer{Status: 404, Body: []byte(`{"error":{"@Message.ExtendedInfo":[{"MessageId":"Base.1.8.ResourceMissingAtURI"}]}}`)},
	})
}
