// Package described reads systems that are described in YAML rather than written
// in Go: any REST API with asynchronous jobs. descriptions/ holds those that are
// built in.
package described

import (
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/document"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/expression"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/template"
)

// definition is a description that was checked and compiled. It never changes.
type definition struct {
	name string
	kind string
	// digest tells this definition from any other.
	digest string
	params []string
	// id is what the ids of jobs look like, matched whole; pattern is how it is written.
	id      *regexp.Regexp
	pattern string
	program *expression.Program

	header     http.Header
	status     request
	list       *list
	login      *login
	credential *credential

	gone   gone
	ok     *expression.Expression
	fields fields
	states states
	parts  *parts

	// statusNeed is what all expressions of a status reply read of it.
	statusNeed *document.Need
	// errorNeed is the same for a reply that may say that there is no such job.
	errorNeed *document.Need
}

// request is a path with its query.
type request struct {
	path  template.Template
	query template.Query
}

// gone says which replies mean that there is no such job.
type gone struct {
	// always: each 404 and 410.
	always bool
	// never: none.
	never bool
	// when asks the reply; nil: what is said where nobody said anything.
	when *expression.Expression
}

// fields are where the values of a job stand; nil: nowhere.
type fields struct {
	state, name                                 *expression.Expression
	progress                                    progress
	created, start, end, lastUpdate, expiration *expression.Expression
	errorID, errorText                          *expression.Expression
	info                                        []infoField
}

type infoField struct {
	label string
	value *expression.Expression
}

// progress is said as a percentage, as a ratio, or as a part of a whole.
type progress struct {
	percent, ratio, done, total *expression.Expression
}

func (p progress) known() bool { return p.percent != nil || p.ratio != nil || p.done != nil }

// states are what words mean.
type states struct {
	words     job.Vocabulary
	otherwise job.State
	// known are the states that some word means.
	known map[job.State]bool
}

// parts are steps, stages or tasks of a job.
type parts struct {
	// path is set where they need a request of their own.
	request *request

	items, name, kind, state *expression.Expression
	progress                 progress
	states                   states

	// need is what is read of a reply of their own.
	need *document.Need
}

type list struct {
	request

	method string
	body   []byte
	items  *expression.Expression
	id     *expression.Expression
	name   *expression.Expression
	whole  *whole
	next   next
	need   *document.Need
}

// whole makes of an item of a list what the status call would answer.
type whole struct {
	item *expression.Expression
	wrap string
}

// next finds the next page. One of the forms is set, or none.
type next struct {
	token      *expression.Expression
	header     string
	query      string
	link       *expression.Expression
	headerLink bool
	page       string
	offset     string
	size       int
	more       *expression.Expression
}

type login struct {
	url     string
	path    string
	query   template.Query
	method  string
	basic   bool
	json    *jsonTemplate
	form    map[string]template.Template
	header  http.Header
	token   tokenPlace
	send    sendKeys
	logout  *logoutKeys
	program *expression.Program
}

// tokenPlace is where a login's answer has the token, and how long it lives.
type tokenPlace struct {
	json, seconds, minutes, ends *expression.Expression
	header                       string
	lifetime                     time.Duration
}

type credential struct {
	header string
	value  template.Template
}

// labels are the names of the labels of the system's info metric.
func (d *definition) labels() []string {
	labels := make([]string, 0, len(d.fields.info))
	for _, field := range d.fields.info {
		labels = append(labels, field.label)
	}
	return labels
}

// names are what may be filled in where a job is known.
func (d *definition) names() []string {
	names := slices.Concat([]string{"id"}, d.params)
	for _, name := range d.id.SubexpNames() {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
