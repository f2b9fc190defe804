package described

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/expression"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/template"
)

// mostInfo is the number of labels of a system's info metric.
const mostInfo = 8

func (b *builder) fields() {
	k, f := &b.keys.Fields, &b.d.fields
	f.state = b.needed(k.State, "fields", "state")
	for _, field := range []struct {
		source string
		key    string
		into   **expression.Expression
	}{
		{k.Name, "name", &f.name},
		{k.Created, "created", &f.created},
		{k.Start, "start", &f.start},
		{k.End, "end", &f.end},
		{k.LastUpdate, "last_update", &f.lastUpdate},
		{k.Expiration, "expiration", &f.expiration},
		{k.ErrorID, "error_id", &f.errorID},
		{k.Error, "error", &f.errorText},
	} {
		*field.into = b.expression(field.source, "fields", field.key)
	}
	if k.Progress != nil {
		f.progress = b.progress(*k.Progress, "fields", "progress")
	}
	b.info()
}

func (b *builder) info() {
	labels := slices.Sorted(maps.Keys(b.keys.Fields.Info))
	if len(labels) > mostInfo {
		b.problem(fmt.Sprintf("has %d labels, at most %d are allowed", len(labels), mostInfo), "fields", "info")
	}
	for _, label := range labels {
		if rule := labelProblem(label); rule != "" {
			b.problem(rule, "fields", "info", label)
		}
		value := b.expression(b.keys.Fields.Info[label], "fields", "info", label)
		b.d.fields.info = append(b.d.fields.info, infoField{label: label, value: value})
	}
}

func labelProblem(label string) string {
	switch {
	case !isName(label) && !isName(strings.TrimPrefix(label, "_")), strings.HasPrefix(label, "__"):
		return "the name of a label must be lower-case letters, digits and _, the first a letter"
	case slices.Contains([]string{"system", "target", "job_id", "job", "instance"}, label):
		return "a label of this name means something else: choose another"
	default:
		return ""
	}
}

// progress checks that progress is said in one way.
func (b *builder) progress(k progressKeys, at ...string) progress {
	key := func(name string) []string { return append(slices.Clone(at), name) }
	forms := 0
	for _, given := range []bool{k.Percent != "", k.Ratio != "", k.Done != "" || k.Total != ""} {
		if given {
			forms++
		}
	}
	if forms != 1 {
		b.problem("needs one of percent, ratio, or done with total", at...)
	}
	if (k.Done == "") != (k.Total == "") {
		b.problem("done and total belong together", at...)
	}
	return progress{
		percent: b.expression(k.Percent, key("percent")...),
		ratio:   b.expression(k.Ratio, key("ratio")...),
		done:    b.expression(k.Done, key("done")...),
		total:   b.expression(k.Total, key("total")...),
	}
}

// states checks a table of words: a word means one state.
func (b *builder) states(k stateKeys, at ...string) states {
	table := map[job.State][]string{}
	owners, known := map[string]job.State{}, map[job.State]bool{}
	for _, row := range []struct {
		state job.State
		words []word
	}{
		{job.Pending, k.Pending}, {job.Running, k.Running}, {job.Succeeded, k.Succeeded}, {job.Failed, k.Failed}, {job.Canceled, k.Canceled},
	} {
		for _, word := range row.words {
			folded := job.FoldWord(string(word))
			key := append(slices.Clone(at), string(row.state))
			if owner, twice := owners[folded]; twice {
				b.problem(fmt.Sprintf("the word %q is %s already", word, owner), key...)
			}
			if folded == "" {
				b.problem("a word is empty", key...)
			}
			owners[folded], known[row.state] = row.state, true
			table[row.state] = append(table[row.state], string(word))
		}
	}
	otherwise := job.State(k.Otherwise)
	switch {
	case k.Otherwise == "":
		otherwise = job.Unknown
	case !slices.Contains(job.SettableStates(), k.Otherwise):
		b.problem("must be one of "+strings.Join(job.SettableStates(), ", "), append(slices.Clone(at), "otherwise")...)
	}
	if len(owners) == 0 && k.Otherwise == "" {
		b.problem("no word means anything: name at least one", at...)
	}
	return states{words: job.NewVocabulary(table), otherwise: otherwise, known: known}
}

func (b *builder) parts() {
	k := b.keys.Parts
	if k == nil {
		return
	}
	p := &parts{
		items: b.needed(k.Items, "parts", "items"),
		name:  b.needed(k.Name, "parts", "name"),
		kind:  b.expression(k.Kind, "parts", "kind"),
		state: b.needed(k.State, "parts", "state"),
	}
	switch k.Progress.Kind {
	case 0:
	case yaml.ScalarNode:
		p.progress.percent = b.expression(k.Progress.Value, "parts", "progress")
	default:
		var keys progressKeys
		b.section.Decode(&keys, "parts", "progress")
		p.progress = b.progress(keys, "parts", "progress")
	}
	p.states = b.d.states
	if k.States != nil {
		p.states = b.states(*k.States, "parts", "states")
	}
	if k.Path != "" || len(k.Query) > 0 {
		own := b.request(k.requestKeys, b.d.names(), "parts")
		p.request = &own
	}
	b.d.parts = p
}

// query parses the values of a query: texts, or lists of texts.
func (b *builder) query(nodes map[string]yaml.Node, names []string, at ...string) template.Query {
	query := template.Query{}
	for _, name := range slices.Sorted(maps.Keys(nodes)) {
		node := nodes[name]
		key := append(slices.Clone(at), name)
		values := []*yaml.Node{&node}
		if node.Kind == yaml.SequenceNode {
			values = node.Content
		}
		for _, value := range values {
			if value.Kind != yaml.ScalarNode {
				b.problem("must be text, or a list of texts", key...)
				continue
			}
			parsed, err := template.Parse(value.Value, names)
			if err != nil {
				b.problem(err.Error(), key...)
			}
			query[name] = append(query[name], parsed)
		}
	}
	return query
}

func (b *builder) headers() {
	b.d.header = b.header(b.keys.Headers, "headers")
}

// header checks headers, which are sent as they stand here.
func (b *builder) header(named map[string]word, at ...string) http.Header {
	header := http.Header{}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		value, key := string(named[name]), append(slices.Clone(at), name)
		switch {
		case !isHeaderName(name):
			b.problem("is no name of a header", key...)
		case slices.Contains(ownHeaders(), http.CanonicalHeaderKey(name)):
			b.problem("cannot be set here: credentials stand in the target (http_headers, authorization), or are described by credential", key...)
		case strings.ContainsFunc(value, unicode.IsControl):
			b.problem("must not hold control characters", key...)
		default:
			header.Set(name, value)
		}
		if !strings.HasPrefix(http.CanonicalHeaderKey(name), "Accept") {
			b.section.Secret(key...) // it may hold one
		}
	}
	return header
}

func isHeaderName(name string) bool {
	return regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$").MatchString(name)
}

// ownHeaders are those that a description cannot set: credentials, and what
// belongs to the connection.
func ownHeaders() []string {
	return []string{
		"Authorization", "Cookie", "Host", "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection",
		"Te", "Trailer", "Transfer-Encoding", "Upgrade", "Content-Length", "Accept-Encoding", "If-None-Match", "If-Modified-Since",
	}
}
