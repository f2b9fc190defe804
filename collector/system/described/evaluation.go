package described

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/decode"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/expression"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
)

// evaluation asks the expressions of a description what one reply says.
type evaluation struct {
	run *expression.Run
	// line notes what an expression gave, for somebody who writes a
	// description; nil where nobody looks.
	line func(key, source, outcome string)
	// hidesErrors keeps the text of errors out of these lines too.
	hidesErrors bool
}

// evaluate begins the evaluation of a reply. It must be ended by run.End.
func (r *reader) evaluate(ctx context.Context) *evaluation {
	e := &evaluation{run: r.d.program.Run(ctx, r.parameters), hidesErrors: !r.showsErrors}
	if upstream.Traced(ctx) {
		e.line = func(key, source, outcome string) {
			upstream.Tracef(ctx, r.now(), "  %s: %s gives %s", key, source, outcome)
		}
	}
	return e
}

// value is what an expression gives; nil where it gives nothing, or is nil itself.
func (e *evaluation) value(key string, asked *expression.Expression, input any) any {
	if asked == nil {
		return nil
	}
	value, err := e.run.Value(asked, input)
	if e.line != nil {
		e.line(key, asked.Source(), e.outcome(key, value, err))
	}
	if err != nil {
		return nil
	}
	return value
}

// longestShown is the length of a value that is shown to who writes a description.
const longestShown = 64

// outcome tells what an expression gave, without anything that is not a single value.
func (e *evaluation) outcome(key string, value any, err error) string {
	switch value := value.(type) {
	case nil:
		if err != nil {
			return "nothing: " + err.Error()
		}
		return "null"
	case []any:
		if !strings.HasSuffix(key, ".items") { // then it was not decoded
			return "a list, where a single value is wanted"
		}
		return "a list of " + strconv.Itoa(len(value))
	case map[string]any:
		return "an object"
	case string:
		if key == "fields.error" && e.hidesErrors {
			return "a text, not shown as error_text is off"
		}
		return strconv.Quote(job.Clean(job.ErrorText(value), longestShown))
	default:
		return textOf(value)
	}
}

// text is a short text, fit to be a label.
func (e *evaluation) text(key string, asked *expression.Expression, input any) string {
	return job.Label(textOf(e.value(key, asked, input)))
}

func (e *evaluation) time(key string, asked *expression.Expression, input any) time.Time {
	if asked == nil {
		return time.Time{}
	}
	return timeOf(e.value(key, asked, input))
}

// progress is a ratio; nil where the reply does not say it.
func (e *evaluation) progress(key string, p progress, input any) *float64 {
	switch {
	case p.percent != nil:
		return decode.ParsePercent(numericText(e.value(key+".percent", p.percent, input)))
	case p.ratio != nil:
		return decode.ParseRatio(numericText(e.value(key+".ratio", p.ratio, input)))
	case p.done != nil:
		return decode.Share(numberOf(e.value(key+".done", p.done, input)), numberOf(e.value(key+".total", p.total, input)))
	default:
		return nil
	}
}

func numericText(value any) string {
	if _, isTruth := value.(bool); isTruth {
		return ""
	}
	return textOf(value)
}

// meaning is the state that a word stands for, by a table and a target's own.
func (s states) meaning(word string) job.State {
	state, decided := s.words.Meaning(word)
	if state == job.Unknown && !decided {
		return s.otherwise
	}
	return state
}
