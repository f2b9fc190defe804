package main

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// dataSource chooses the Prometheus that is asked.
func dataSource() dashboard.VariableModel {
	v := variable("datasource", "Data source", "The Prometheus that scrapes the exporter.", dashboard.VariableTypeDatasource)
	v.Query = &dashboard.StringOrMap{String: new("prometheus")}
	v.Current = chosen("default", "default")
	v.Refresh = new(dashboard.VariableRefreshOnDashboardLoad)
	v.Multi, v.IncludeAll = new(false), new(false)
	return v
}

// systems chooses kinds of upstream systems.
func systems() dashboard.VariableModel {
	return several("system", "System", "Kind of upstream system.", "label_values(asyncjob_target_up, system)")
}

// targets chooses among the targets of these systems.
func targets() dashboard.VariableModel {
	return several("target", "Target", "Name of the target in the exporter's configuration.",
		`label_values(asyncjob_target_up{system=~"$system"}, target)`)
}

// instances chooses exporters.
func instances() dashboard.VariableModel {
	return several("instance", "Exporter", "Exporter, for what it says of itself.", "label_values(asyncjob_exporter_build_info, instance)")
}

// several is a query variable of which some are chosen, or all.
func several(name, label, description, query string) dashboard.VariableModel {
	v := queried(name, label, description, query)
	v.IncludeAll, v.AllValue = new(true), new(".*")
	v.Current = &dashboard.VariableOption{
		Selected: new(true),
		Text:     dashboard.StringOrArrayOfString{ArrayOfString: []string{"All"}},
		Value:    dashboard.StringOrArrayOfString{ArrayOfString: []string{"$__all"}},
	}
	v.Sort = new(dashboard.VariableSortAlphabeticalCaseInsensitiveAsc)
	return v
}

// jobNames takes a job's name and id out of what query_result answers.
const jobNames = `/job_name="(?<text>[^"]*)|job_id="(?<value>[^"]*)/g`

func queried(name, label, description, query string) dashboard.VariableModel {
	v := variable(name, label, description, dashboard.VariableTypeQuery)
	kind := 1 // label_values
	if query[:len("query_result")] == "query_result" {
		kind = 3
		v.Regex = new(jobNames)
	}
	reference := source()
	v.Datasource = &reference
	v.Query = &dashboard.StringOrMap{Map: map[string]any{
		"query": query, "qryType": kind, "refId": "PrometheusVariableQueryEditor-VariableQuery",
	}}
	v.Refresh = new(dashboard.VariableRefreshOnTimeRangeChanged)
	v.Sort = new(dashboard.VariableSortDisabled)
	v.Multi = new(true)
	v.IncludeAll = new(false)
	return v
}

// choice is one value of a variable that has its values written down.
type choice struct{ text, value string }

// choices is a variable with its values written down; the first is the default.
func choices(name, label, description string, all []choice) dashboard.VariableModel {
	v := variable(name, label, description, dashboard.VariableTypeCustom)
	query := ""
	for i, c := range all {
		option := *chosen(c.text, c.value)
		option.Selected = new(i == 0)
		v.Options = append(v.Options, option)
		if i > 0 {
			query += ", "
		}
		query += c.text + " : " + c.value
	}
	v.Query = &dashboard.StringOrMap{String: &query}
	v.Current = chosen(all[0].text, all[0].value)
	v.Multi, v.IncludeAll = new(false), new(false)
	return v
}

func chosen(text, value string) *dashboard.VariableOption {
	return &dashboard.VariableOption{
		Selected: new(true),
		Text:     dashboard.StringOrArrayOfString{String: &text},
		Value:    dashboard.StringOrArrayOfString{String: &value},
	}
}

func variable(name, label, description string, kind dashboard.VariableType) dashboard.VariableModel {
	return dashboard.VariableModel{
		Name: name, Label: &label, Description: &description, Type: kind,
		Hide: new(dashboard.VariableHideDontHide), SkipUrlSync: new(false),
	}
}
