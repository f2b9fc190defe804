package described

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/document"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/expression"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/template"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// builder makes a definition of a section, noting in it what is wrong.
type builder struct {
	section *config.Section
	keys    keys
	d       *definition
}

// build is nil where something is wrong with the section.
func build(section *config.Section) *definition {
	b := &builder{section: section, d: &definition{name: section.Name, program: &expression.Program{}, digest: digestOf(section)}}
	section.Decode(&b.keys)
	b.identity()
	b.headers()
	b.d.status = b.request(b.keys.Status, b.d.names(), "status")
	b.fields()
	b.d.states = b.states(b.keys.States, "states")
	b.parts()
	b.answers()
	b.needs()
	b.list()
	b.login()
	b.credential()
	if section.Failed() {
		return nil
	}
	return b.d
}

func digestOf(section *config.Section) string {
	text, err := section.YAML()
	if err != nil {
		return "" // what cannot be written cannot be decoded either, which is told elsewhere
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// defaultID matches one segment of a path.
const defaultID = `[^/\\\s]{1,256}`

func (b *builder) identity() {
	b.d.kind = b.keys.Kind
	if b.d.kind == "" {
		b.d.kind = b.section.Name
	}
	b.d.params = b.keys.Params
	for i, name := range b.keys.Params {
		switch {
		case !isName(name):
			b.problem("must be lower-case letters, digits and _, the first a letter", "params")
		case slices.Contains(b.keys.Params[:i], name), name == "id":
			b.problem("a name stands twice, or is \"id\"", "params")
		}
	}
	pattern := b.keys.ID
	if pattern == "" {
		pattern = defaultID
	}
	id, err := regexp.Compile(`^(?:` + pattern + `)$`)
	if err != nil {
		b.problem("is no regular expression: "+strings.TrimPrefix(err.Error(), "error parsing regexp: "), "id")
		id = regexp.MustCompile(`^$`)
	}
	b.d.id, b.d.pattern = id, pattern
}

func isName(name string) bool {
	return regexp.MustCompile(`^[a-z][a-z0-9_]{0,40}$`).MatchString(name)
}

// request checks a path and a query below a key.
func (b *builder) request(keys requestKeys, names []string, at ...string) request {
	var r request
	path, err := template.ParsePath(keys.Path, names)
	switch {
	case keys.Path == "" && !b.section.Has(at...):
		b.problem("is missing", at...)
	case keys.Path == "":
		b.problem("is missing", append(slices.Clone(at), "path")...)
	case err != nil:
		b.problem(err.Error(), append(slices.Clone(at), "path")...)
	case path.KeepsSlashesOf("id") && b.keys.ID == "":
		b.problem("{+id} needs a pattern under the key \"id\": whoever can reach /probe chooses the path", append(slices.Clone(at), "path")...)
	}
	r.path = path
	r.query = b.query(keys.Query, names, append(slices.Clone(at), "query")...)
	return r
}

// expression compiles the expression at a key; nil where it is empty or wrong.
func (b *builder) expression(source string, at ...string) *expression.Expression {
	if source == "" {
		if b.section.Has(at...) {
			b.problem("is empty", at...)
		}
		return nil
	}
	compiled, err := b.d.program.Compile(source)
	if err != nil {
		b.problem(err.Error(), at...)
		return nil
	}
	return compiled
}

// needed is expression, for a key that must be there.
func (b *builder) needed(source string, at ...string) *expression.Expression {
	if source == "" && !b.section.Has(at...) {
		b.problem("is missing", at...)
		return nil
	}
	return b.expression(source, at...)
}

func (b *builder) problem(text string, at ...string) { b.section.Problem(at, "%s", text) }

// answers compiles what is asked of a reply as a whole.
func (b *builder) answers() {
	switch source := string(b.keys.Gone); source {
	case "any":
		b.d.gone.always = true
	case "false":
		b.d.gone.never = true
	default:
		b.d.gone.when = b.expression(source, "gone")
	}
	b.d.ok = b.expression(string(b.keys.OK), "ok")
}

// needs adds up what the expressions read.
func (b *builder) needs() {
	d := b.d
	d.statusNeed = d.addStatusNeed(document.Nothing())
	if d.parts != nil && d.parts.request != nil {
		d.parts.need = d.parts.addNeed(document.Nothing())
	}
	d.errorNeed = addNeeds(document.Nothing(), d.gone.when)
}

// addStatusNeed adds what is read of a status reply.
func (d *definition) addStatusNeed(n *document.Need) *document.Need {
	f := &d.fields
	single := []*expression.Expression{
		d.ok, f.state, f.name, f.progress.percent, f.progress.ratio, f.progress.done, f.progress.total, f.errorID, f.errorText,
	}
	for _, field := range f.info {
		single = append(single, field.value)
	}
	n = addSingles(n, single...)
	n = addNeeds(n, f.created, f.start, f.end, f.lastUpdate, f.expiration) // may be objects with a zone
	if d.parts != nil && d.parts.request == nil {
		n = d.parts.addNeed(n)
	}
	return n
}

func addNeeds(n *document.Need, expressions ...*expression.Expression) *document.Need {
	for _, e := range expressions {
		if e != nil {
			n = e.AddNeed(n)
		}
	}
	return n
}

// addSingles is addNeeds for values that count only where they are single ones.
func addSingles(n *document.Need, expressions ...*expression.Expression) *document.Need {
	for _, e := range expressions {
		if e != nil {
			n = e.AddNeedOfSingle(n)
		}
	}
	return n
}

// addNeed adds what is read of the parts, of which each is as large as a job.
func (p *parts) addNeed(n *document.Need) *document.Need {
	if p.items == nil {
		return n
	}
	ofEach := addSingles(document.Nothing(), p.name, p.kind, p.state, p.progress.percent, p.progress.ratio, p.progress.done, p.progress.total)
	return p.items.AddNeedOfEach(n, ofEach)
}
