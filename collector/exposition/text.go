package exposition

import (
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// TextFormat is one of Prometheus' two text formats.
type TextFormat int

const (
	// PlainText is the Prometheus text format, version 0.0.4.
	PlainText TextFormat = iota
	// OpenMetrics is the text of OpenMetrics, without the EOF that ends an answer.
	OpenMetrics
)

// WriteText writes all series of jobs, and not those of targets, as expfmt would
// write the jobs' Families. It is here because of what that costs with many jobs:
// expfmt takes a protobuf form of each series, and looks through each label for
// what has to be escaped, which took a sixth of all CPU time of a scrape.
func (x *Exposition) WriteText(w io.Writer, format TextFormat) error {
	started := time.Now()
	defer func() { x.encoded(len(x.jobs), time.Since(started)) }()
	identities, next := x.identityTexts(), make([]position, len(x.jobs))
	text := &textWriter{w: w, format: format, buffer: make([]byte, 0, textBuffer), identities: identities.text}
	for row := range x.table.rows {
		text.begin(&x.table.rows[row], x.layout.orders[row])
		for i := range x.jobs {
			text.identity = identities.of(i)
			x.jobs[i].series(x.table, row, &next[i], text.series)
		}
		if text.err != nil {
			return text.err
		}
	}
	text.flush()
	return text.err
}

// textBuffer is how much text is written at once, and textMargin is room in it for
// one more series.
const (
	textBuffer = 32 << 10
	textMargin = 4 << 10
)

// textWriter writes the series of one row after the other.
type textWriter struct {
	w      io.Writer
	format TextFormat
	buffer []byte
	// err is the first error of w; nothing is written after it.
	err error

	// row and order are of the row whose series are written, and the order in which
	// their labels stand.
	row   *tableRow
	order []int
	// headed tells that the row's heading was written: a row without series has none.
	headed bool
	// identity are the labels that the series of a job share, places in identities.
	identity   []piece
	identities []byte
}

// begin begins a row of the table.
func (t *textWriter) begin(row *tableRow, order []int) {
	t.row, t.order, t.headed = row, order, false
}

// series writes one series. own are the values of the row's own labels.
func (t *textWriter) series(value float64, own []string) {
	if t.err != nil {
		return
	}
	if !t.headed {
		t.heading()
		t.headed = true
	}
	b, before := t.buffer, byte('{')
	b = append(b, t.row.name...)
	for _, index := range t.order {
		b = append(b, before)
		if index < len(t.identity) {
			shared := t.identity[index]
			b = append(b, t.identities[shared.from:shared.to]...)
		} else {
			index -= len(t.identity)
			b = appendLabel(b, t.row.labels[index], own[index])
		}
		before = ','
	}
	b = append(b, '}', ' ')
	t.buffer = append(t.appendValue(b, value), '\n')
	if len(t.buffer) > textBuffer-textMargin {
		t.flush()
	}
}

// heading writes what begins a family. No help text needs to be escaped.
func (t *textWriter) heading() {
	for _, text := range []string{"# HELP ", t.row.name, " ", t.row.help, "\n# TYPE ", t.row.name, " gauge\n"} {
		t.buffer = append(t.buffer, text...)
	}
}

// flush writes what was gathered.
func (t *textWriter) flush() {
	if t.err == nil {
		_, t.err = t.w.Write(t.buffer)
	}
	t.buffer = t.buffer[:0]
}

// appendValue appends a value as expfmt writes it: OpenMetrics wants to see that
// it is no integer.
func (t *textWriter) appendValue(b []byte, value float64) []byte {
	if value == math.Trunc(value) && math.Abs(value) < 1e6 { // which has no exponent
		b = strconv.AppendInt(b, int64(value), 10)
	} else {
		from := len(b)
		b = strconv.AppendFloat(b, value, 'g', -1, 64)
		if strings.ContainsAny(string(b[from:]), "e.IN") {
			return b
		}
	}
	if t.format == OpenMetrics {
		b = append(b, '.', '0')
	}
	return b
}

// appendLabel appends a label, its value escaped.
func appendLabel(b []byte, name, value string) []byte {
	b = append(append(b, name...), '=', '"')
	plain := 0
	for i := range len(value) {
		switch value[i] {
		case '\\', '"':
			b = append(append(b, value[plain:i]...), '\\')
			plain = i
		case '\n':
			b = append(append(b, value[plain:i]...), '\\', 'n')
			plain = i + 1
		}
	}
	return append(append(b, value[plain:]...), '"')
}

// identityTexts are the labels that the series of each job share, as text: they are
// written with every series, and escaped once.
type identityTexts struct {
	text []byte
	// labels are places in text, so many for each job.
	labels []piece
	width  int
}

// piece is a part of a text.
type piece struct{ from, to int }

// usualIdentity is about how much text a job has of its own: a job_id of a UUID.
const usualIdentity = 48

// of are the labels of one job.
func (i *identityTexts) of(job int) []piece { return i.labels[job*i.width : (job+1)*i.width] }

// identityTexts makes the texts of all jobs. Those that follow one another have
// most of them in common.
func (x *Exposition) identityTexts() *identityTexts {
	names := x.layout.names
	made := &identityTexts{
		text:   make([]byte, 0, len(x.jobs)*usualIdentity),
		labels: make([]piece, 0, len(x.jobs)*len(names)), width: len(names),
	}
	for i := range x.jobs {
		for n, value := range x.jobs[i].identity {
			if i > 0 && x.jobs[i-1].identity[n] == value {
				made.labels = append(made.labels, made.of(i - 1)[n])
				continue
			}
			from := len(made.text)
			made.text = appendLabel(made.text, names[n], value)
			made.labels = append(made.labels, piece{from, len(made.text)})
		}
	}
	return made
}
