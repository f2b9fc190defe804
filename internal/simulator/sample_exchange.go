package simulator

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// SampleExchange is the VMware {code} Sample Exchange: jobs of two kinds, known
// by a number, that it cannot list. A job has failed if it is FINISHED with an
// error.
func SampleExchange() API { return sampleExchange{} }

type sampleExchange struct{}

// sampleReader may read all jobs.
func sampleReader() account { return account{"sample-reader", "sample-exchange-demo-password"} }

const (
	// gitHubToken is in every reply and must not leave the exporter.
	gitHubToken = "ghp_demoCanaryOfTheSampleAuthor0000000000"
	// firstLoadSample is the id of the load's first job.
	firstLoadSample = 100_000

	sampleKind       = "samples"
	contributionKind = "contributions"
)

// sample is a demo job of the Sample Exchange.
type sample struct {
	plan
	id   int
	kind string
	name string
	// labels are the job's in the exporter's configuration.
	labels string
	// failure is the error that the job is FINISHED with.
	failure string
}

// demoSamples restart under the same id, since the exporter knows only the ids
// that its configuration names.
func demoSamples() []sample {
	return []sample{
		{id: 4711, kind: sampleKind, name: "vra-blueprint-import", labels: "{team: automation}", plan: plan{
			first: -90 * time.Second, every: 12 * time.Minute, stages: []stage{
				{"NEW", 45 * time.Second, 0}, {"RUNNING", 8 * time.Minute, 1}, {"FINISHED", 195 * time.Second, 1},
			},
		}},
		{id: 4712, kind: sampleKind, name: "powercli-host-report", plan: plan{
			every: 6 * time.Minute, stages: []stage{
				{"NEW", 20 * time.Second, 0}, {"RUNNING", 100 * time.Second, 1}, {"FINISHED", 4 * time.Minute, 1},
			},
		}},
		{
			id: 4713, kind: sampleKind, name: "nsx-firewall-audit", labels: "{team: network}", plan: plan{
				first: -time.Minute, every: 9 * time.Minute, stages: []stage{
					{"NEW", 30 * time.Second, 0}, {"RUNNING", 210 * time.Second, 0.63}, {"FINISHED", 5 * time.Minute, 0.63},
				},
			},
			failure: "java.io.IOException: git push to origin/main was rejected: pre-receive hook declined",
		},
		{id: 4714, kind: sampleKind, name: "vrops-dashboard-pack", plan: plan{
			first: -2 * time.Minute, stages: []stage{
				{"NEW", 15 * time.Second, 0}, {"RUNNING", 4 * time.Minute, 0.37}, {"RUNNING", forEver, 0.37},
			},
		}},
		{
			id: 4715, kind: sampleKind, name: "legacy-perl-toolkit", plan: plan{
				first: -3 * time.Hour, stages: []stage{{"RUNNING", 7 * time.Minute, 0.88}, {"FINISHED", forEver, 0.88}},
			},
			failure: "Archive legacy-perl-toolkit.zip holds no README.md",
		},
		{id: 4716, kind: sampleKind, name: "vcenter-inventory", plan: plan{
			first: -26 * time.Hour, stages: []stage{{"RUNNING", 11 * time.Minute, 1}, {"FINISHED", forEver, 1}},
		}},
		{id: 4717, kind: sampleKind, name: "horizon-image-library", labels: "{team: desktops}", plan: plan{
			first: -40 * time.Minute, every: 6 * time.Hour, stages: []stage{
				{"RUNNING", 345 * time.Minute, 1}, {"FINISHED", 15 * time.Minute, 1},
			},
		}},
		{id: 4718, kind: sampleKind, name: "tanzu-quickstart", plan: plan{
			first: -4 * time.Minute, every: 45 * time.Minute, stages: []stage{
				{"NEW", 25 * time.Minute, 0}, {"RUNNING", 10 * time.Minute, 1}, {"FINISHED", 10 * time.Minute, 1},
			},
		}},
		{id: 4719, kind: sampleKind, name: "capacity-report", plan: plan{
			first: -5 * time.Minute, every: 30 * time.Minute, stages: []stage{
				{"RUNNING", 6 * time.Minute, 0.4}, {unreadable, 13 * time.Minute, 0.6}, {"RUNNING", 6 * time.Minute, 1}, {"FINISHED", 5 * time.Minute, 1},
			},
		}},
		{id: 12, kind: contributionKind, name: "esxi-hardening", labels: "{team: security}", plan: plan{
			first: -3 * time.Minute, every: 10 * time.Minute, stages: []stage{
				{"NEW", 30 * time.Second, 0}, {"RUNNING", 6 * time.Minute, 1}, {"FINISHED", 210 * time.Second, 1},
			},
		}},
		{
			id: 13, kind: contributionKind, name: "vsan-health-check", plan: plan{
				first: -6 * time.Minute, every: 14 * time.Minute, stages: []stage{
					{"RUNNING", 5 * time.Minute, 0.21}, {"FINISHED", 9 * time.Minute, 0.21},
				},
			},
			failure: "License BSL-1.1 is not accepted",
		},
	}
}

// unknownSample is configured, but the Sample Exchange has no such job: what a
// mistyped id looks like.
const unknownSample = 4799

// System implements API.
func (sampleExchange) System() string { return "sample_exchange" }

// Handler implements API.
func (s sampleExchange) Handler(world *World) http.Handler {
	world.secrets.add(sampleReader().password, gitHubToken)
	refuse := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("WWW-Authenticate", `Basic realm="{code}"`)
		s.fail(w, r, http.StatusUnauthorized, "Full authentication is required to access this resource")
	}
	routes := newRoutes(world, s.System(), refuse, http.NotFound)
	demo := demoSamples()
	for _, kind := range []string{sampleKind, contributionKind} {
		routes.add("status", "GET /sampleExchange/v1/"+kind+"/async/{id}", sampleReader().basic, func(w http.ResponseWriter, r *http.Request) {
			id, err := strconv.Atoi(r.PathValue("id"))
			if err != nil {
				s.fail(w, r, http.StatusBadRequest, "jobId must be an integer")
				return
			}
			job, found := s.find(world, demo, kind, id)
			if !found {
				s.fail(w, r, http.StatusNotFound, fmt.Sprintf("No async job %d", id))
				return
			}
			moment, _ := job.current(world)
			if moment.word == unreadable {
				s.fail(w, r, http.StatusInternalServerError, "Could not open JPA EntityManager for transaction")
				return
			}
			writeJSON(w, http.StatusOK, job.reply(moment))
		})
	}
	return routes
}

func (s sampleExchange) find(world *World, demo []sample, kind string, id int) (sample, bool) {
	if world.load != nil {
		number := id - firstLoadSample
		known := kind == sampleKind && number >= 0 && number < world.loadCount(s.System())
		if !known {
			return sample{}, false
		}
		return sample{id: id, kind: kind, name: fmt.Sprintf("load-%d", number), plan: world.loadPlan(number, "RUNNING", "FINISHED")}, true
	}
	for _, job := range demo {
		if job.id == id && job.kind == kind {
			return job, true
		}
	}
	return sample{}, false
}

// fail answers with the error body of the framework that serves the vendor's
// API; the vendor documents none.
func (sampleExchange) fail(w http.ResponseWriter, r *http.Request, status int, message string) {
	writeJSON(w, status, map[string]any{
		"status": status, "error": http.StatusText(status), "message": message, "path": r.URL.Path,
	})
}

// sampleJob is the vendor's SampleJob. It says null where a value is not known
// yet.
type sampleJob struct {
	ID              int           `json:"id"`
	CommunitiesUser string        `json:"communitiesUser"`
	State           string        `json:"state"`
	Created         string        `json:"created"`
	Start           *string       `json:"start"`
	Finished        *string       `json:"finished"`
	Progress        int           `json:"progress"`
	Error           *string       `json:"error"`
	StackTrace      *string       `json:"stackTrace"`
	SampleID        int           `json:"sampleId"`
	Sample          sampleDetails `json:"sample"`
}

type sampleDetails struct {
	ID          int          `json:"id"`
	Author      sampleAuthor `json:"author"`
	Name        string       `json:"name"`
	Type        string       `json:"type"`
	Created     string       `json:"created"`
	LastUpdated string       `json:"lastUpdated"`
	ReadmeHTML  string       `json:"readmeHtml"`
	OSSLicense  string       `json:"ossLicense"`
	WebURL      string       `json:"webUrl"`
	GitHubURL   string       `json:"gitHubUrl"`
	Branch      string       `json:"branch"`
	Paths       []string     `json:"paths"`
}

type sampleAuthor struct {
	ID              int    `json:"id"`
	CommunitiesUser string `json:"communitiesUser"`
	FullName        string `json:"fullName"`
	GitHubLogin     string `json:"gitHubLogin"`
	GitHubToken     string `json:"gitHubToken"`
	Linked          bool   `json:"linked"`
}

// reply is the job as the vendor shows it at a moment.
func (s sample) reply(at moment) sampleJob {
	reply := sampleJob{
		ID: s.id, CommunitiesUser: "jdoe", State: at.word, Created: milliseconds(at.begun),
		Progress: int(at.progress * 100), SampleID: s.id + 3000, Sample: s.details(at.begun),
	}
	if at.word == "NEW" {
		return reply
	}
	reply.Start = new(milliseconds(at.begun.Add(s.waits())))
	if at.word != "FINISHED" {
		return reply
	}
	reply.Finished = new(milliseconds(at.entered))
	if s.failure != "" {
		reply.Error = new(s.failure)
		reply.StackTrace = new(s.failure + "\n\tat com.vmware.code.sampleexchange.AsyncJob.run(AsyncJob.java:118)")
	}
	return reply
}

// waits is how long the job is NEW.
func (s sample) waits() time.Duration {
	if s.stages[0].word == "NEW" {
		return s.stages[0].lasts
	}
	return 0
}

func (s sample) details(begun time.Time) sampleDetails {
	return sampleDetails{
		ID: s.id + 3000,
		Author: sampleAuthor{
			ID: 77, CommunitiesUser: "jdoe", FullName: "Jane Doe", GitHubLogin: "jdoe", GitHubToken: gitHubToken, Linked: true,
		},
		Name: s.name, Type: "Script", Created: milliseconds(begun.AddDate(-1, 0, 0)), LastUpdated: milliseconds(begun),
		ReadmeHTML: "<h1>" + s.name + "</h1>", OSSLicense: "Apache License 2.0",
		WebURL:    fmt.Sprintf("https://code.vmware.com/samples/%d", s.id+3000),
		GitHubURL: "https://github.com/jdoe/" + s.name, Branch: "main", Paths: []string{"/" + s.name},
	}
}

// Target implements API.
func (s sampleExchange) Target(world *World, baseURL string) string {
	var target strings.Builder
	fmt.Fprintf(&target, "- name: samples-demo\n  system: sample_exchange\n  url: %s\n", baseURL)
	fmt.Fprintf(&target, "  basic_auth: {username: %s, password: %s}\n", sampleReader().user, sampleReader().password)
	if world.load != nil {
		target.WriteString(world.loadJobs(s.System(), func(number int) string {
			return fmt.Sprintf("id: %d", firstLoadSample+number)
		}))
		return target.String()
	}
	// Short, because the demo's jobs restart under the same id.
	target.WriteString("  finished_ttl: 30s\n  labels: {team: community}\n  jobs:\n")
	for _, job := range demoSamples() {
		fmt.Fprintf(&target, "    - {id: %d, name: %s", job.id, job.name)
		if job.kind == contributionKind {
			target.WriteString(", kind: contribution")
		}
		if job.labels != "" {
			target.WriteString(", labels: " + job.labels)
		}
		target.WriteString("}\n")
	}
	fmt.Fprintf(&target, "    - {id: %d, name: mistyped-id}\n", unknownSample)
	return target.String()
}
