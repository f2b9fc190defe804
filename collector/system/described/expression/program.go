package expression

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/itchyny/gojq"
)

// timeLimit is the time that all expressions of one reply may take together.
const timeLimit = 100 * time.Millisecond

// ErrTime is the end of a reply whose expressions take too long.
var ErrTime = errors.New("the expressions take more than 100 ms")

// errNothing is a value that an expression does not give.
var errNothing = errors.New("gives nothing")

// Program is the expressions of one system. It is safe for concurrent use once
// all are compiled.
type Program struct {
	number  int
	queries []*gojq.Query
	// patience stands for timeLimit in tests on machines that are busy.
	patience time.Duration

	mu   sync.Mutex
	idle []*machine
}

// machine is a program's code with a meter of its own: one reply at a time.
type machine struct {
	codes []*gojq.Code
	meter meter
}

// mostIdle is the number of machines that wait for the next reply.
const mostIdle = 8

func (p *Program) take() *machine {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.idle) - 1
	if last < 0 {
		return &machine{codes: make([]*gojq.Code, len(p.queries))}
	}
	m := p.idle[last]
	p.idle = p.idle[:last]
	return m
}

func (p *Program) giveBack(m *machine) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) < mostIdle {
		p.idle = append(p.idle, m)
	}
}

// compiled makes the code of an expression, one at a time: nothing says that the
// compiler leaves a syntax tree as it is.
func (p *Program) compiled(e *Expression, m *meter) (*gojq.Code, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return compile(p.queries[e.index], m)
}

// Run is the evaluation of expressions on one reply. It must be ended.
type Run struct {
	program *Program
	ctx     context.Context //nolint:containedctx // a Run lives as long as the handling of one reply
	params  any
	// machine is nil as long as plain paths were enough.
	machine *machine
	cancel  context.CancelFunc
	failure error
}

// Run begins the evaluation of a reply. params is what the function of that name gives.
func (p *Program) Run(ctx context.Context, params map[string]any) *Run {
	return &Run{program: p, ctx: ctx, params: params}
}

// End gives back what the run used and returns why the reply as a whole cannot
// be used: ErrTime, ErrMemory or nil.
func (r *Run) End() error {
	if r.machine != nil {
		r.cancel()
		r.program.giveBack(r.machine)
		r.machine = nil
	}
	return r.failure
}

// Value is the first result of an expression: nil where it is null, and an error
// that says so, without anything of the reply, where there is none.
func (r *Run) Value(e *Expression, input any) (any, error) {
	if e.plain != nil {
		return firstOf(e.plain, input)
	}
	if r.failure != nil {
		return nil, r.failure
	}
	code, err := r.code(e)
	if err != nil {
		return nil, err
	}
	value, found := code.RunWithContext(r.ctx, input, r.params).Next()
	if err, failed := value.(error); failed {
		return nil, r.failed(err)
	}
	if r.machine.meter.left < 0 { // an expression may catch its own errors
		r.failure = ErrMemory
		return nil, ErrMemory
	}
	if !found {
		return nil, errNothing
	}
	return value, nil
}

// code is an expression's code in this run's machine.
func (r *Run) code(e *Expression) (*gojq.Code, error) {
	if r.machine == nil {
		r.machine = r.program.take()
		r.machine.meter.left = allowance
		r.ctx, r.cancel = withActiveTime(r.ctx, cmp.Or(r.program.patience, timeLimit))
	}
	if code := r.machine.codes[e.index]; code != nil {
		return code, nil
	}
	code, err := r.program.compiled(e, &r.machine.meter)
	if err != nil {
		return nil, err // cannot be: it was compiled when it was checked
	}
	r.machine.codes[e.index] = code
	return code, nil
}

// failed is why an expression gave nothing. Running out of time or memory ends
// the whole reply.
func (r *Run) failed(err error) error {
	switch {
	case r.ctx.Err() != nil:
		r.failure = ErrTime
		return ErrTime
	case r.machine.meter.left < 0:
		r.failure = ErrMemory
		return ErrMemory
	default:
		return errors.New(withoutValues(err.Error()))
	}
}

// withoutValues cuts off a message of jq's where it begins to show values: they
// are parts of the reply.
func withoutValues(text string) string {
	end := strings.IndexAny(text, `("[{`)
	if end < 0 {
		end = len(text)
	}
	text = strings.TrimSpace(text[:end])
	if before, _, found := strings.Cut(text, "cannot be applied to"); found {
		return before + "cannot be applied to this"
	}
	return strings.TrimSuffix(text, ":")
}
