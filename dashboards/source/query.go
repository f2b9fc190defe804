package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
)

// query is one question to Prometheus.
type query struct {
	expr string
	// legend names a line; {{label}} stands for a label's value.
	legend string
	// instant asks for the moment at the end of the time range, else for its
	// course.
	instant bool
}

// target is the query as panels take it, with its letter.
func (q query) target(letter string) *prometheus.DataqueryBuilder {
	b := prometheus.NewDataqueryBuilder().
		Expr(q.expr).RefId(letter).EditorMode(prometheus.QueryEditorModeCode).
		Datasource(source()).Format(prometheus.PromQueryFormatTimeSeries).LegendFormat(q.legend)
	if q.instant {
		return b.Instant()
	}
	return b.Range()
}

// tableTarget is the query as a table takes it: as it stands now.
func (q query) tableTarget(letter string) *prometheus.DataqueryBuilder {
	return q.target(letter).Instant().Format(prometheus.PromQueryFormatTable)
}

// letter is the name of a panel's n-th query.
func letter(n int) string { return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[n : n+1] }
