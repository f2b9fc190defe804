package faults

import (
	"net/http"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// One job that is answered 401 whatever the login, such as another partner's
// image, takes neither the other jobs with it nor more than one login a scrape,
// and leaves no session behind.
func TestOneJobThatIsRefusedIsThatJobsAlone(t *testing.T) {
	t.Parallel()
	for _, system := range []string{"vsphere", "oracle_marketplace", "oracle_content"} {
		t.Run(system, func(t *testing.T) {
			t.Parallel()
			const jobs, scrapes = 50, 10
			clock, refused := exportertest.NewClock(), smallWorld()[system].firstJob
			simulated := exportertest.Simulate(t, simulator.Options{
				Clock: clock.Now, Load: &simulator.Load{Jobs: jobs, Systems: []string{system}},
				Intercept: func(_ string, w http.ResponseWriter, r *http.Request) bool {
					if isAbout(r, refused) {
						w.WriteHeader(http.StatusUnauthorized)
					}
					return isAbout(r, refused)
				},
			})
			exporter := exportertest.Start(t, exportertest.Options{Config: simulated.Config(), Now: clock.Now})
			complete := 0
			for range scrapes {
				e := exporter.Scrape(patient)
				if got := e.Reason(smallWorld()[system].name, refused); got != "unauthorized" {
					t.Errorf("the refused job's reason is %q, want unauthorized", got)
				}
				if e.Sum("asyncjob_up") == jobs-1 {
					complete++
				}
				clock.Advance(15 * time.Second)
			}
			// Where the refused job is answered twice before any other once, the target looks refused.
			if complete < scrapes/2 {
				t.Errorf("only %d of %d scrapes show all other jobs up", complete, scrapes)
			}
			if logins := simulated.Count(system, "login"); logins > scrapes+1 {
				t.Errorf("%d logins in %d scrapes", logins, scrapes)
			}
			if open := simulated.OpenSessions(); open > 1 {
				t.Errorf("%d sessions are open", open)
			}
		})
	}
}
