package main

import (
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

const (
	fleetUID    = "asyncjob-fleet"
	jobUID      = "asyncjob-job"
	exporterUID = "asyncjob-exporter"

	runbooks = "https://github.com/asyncjob-exporter/asyncjob_exporter/blob/main/alerts/README.md"
)

// boardLinks lead from one board to the others and to the runbooks.
func boardLinks(from string) []dashboard.DashboardLink {
	all := []struct{ uid, title, tooltip string }{
		{fleetUID, "Fleet", "All jobs: what failed, what is stuck, what comes next"},
		{jobUID, "Job", "One job in detail"},
		{exporterUID, "Exporter", "How the exporter reads the upstreams"},
	}
	var links []dashboard.DashboardLink
	for _, to := range all {
		if to.uid == from {
			continue
		}
		leads := dashboard.DashboardLink{
			Title: to.title, Tooltip: to.tooltip, Type: dashboard.DashboardLinkTypeLink, Icon: "dashboard",
			Url: new("/d/" + to.uid), Tags: []string{}, IncludeVars: true, KeepTime: true,
		}
		if from == fleetUID && to.uid == jobUID {
			// Not with the fleet's jobs: all of them are no job that the board could show.
			leads.IncludeVars = false
			leads.Url = new("/d/" + jobUID + "?var-datasource=${datasource}&${system:queryparam}&${target:queryparam}")
		}
		links = append(links, leads)
	}
	return append(links, dashboard.DashboardLink{
		Title: "Runbooks", Tooltip: "What to do about each alert", Type: dashboard.DashboardLinkTypeLink, Icon: "doc",
		Url: new(runbooks), Tags: []string{}, TargetBlank: true,
	})
}

// link is where a value leads when it is clicked.
type link struct {
	Title       string `json:"title"`
	URL         string `json:"url"`
	TargetBlank bool   `json:"targetBlank"`
}

// Build implements cog.Builder.
func (l link) Build() (dashboard.DashboardLink, error) {
	return dashboard.DashboardLink{
		Title: l.Title, Url: &l.URL, TargetBlank: l.TargetBlank, Type: dashboard.DashboardLinkTypeLink, Tags: []string{},
	}, nil
}

// openJob leads from a row of a table, which has the columns target and job_id,
// to the board of its job.
func openJob() link {
	return link{Title: "Open this job", URL: "/d/" + jobUID + "?var-datasource=${datasource}&${system:queryparam}" +
		"&var-target=${__data.fields.target:percentencode}&var-job_id=${__data.fields.job_id:percentencode}&${__url_time_range}"}
}

// onlyState leads to the fleet's list of the jobs in one state.
func onlyState(word string) link {
	return link{Title: "List these jobs", URL: "/d/" + fleetUID + "?var-datasource=${datasource}&${system:queryparam}" +
		"&${target:queryparam}&${job_id:queryparam}&var-state=" + word + "&${__url_time_range}"}
}

// openExporter leads to the board of the exporter.
func openExporter() link {
	return link{Title: "Look at the exporter and its targets", URL: "/d/" + exporterUID +
		"?var-datasource=${datasource}&${system:queryparam}&${target:queryparam}&${__url_time_range}"}
}

// runbook leads to what to do about an alert.
func runbook(alert string) link {
	return link{Title: "Runbook of " + alert, URL: runbooks + "#" + strings.ToLower(alert), TargetBlank: true}
}
