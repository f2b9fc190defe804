package simulator

import "sync"

// Request is one request that a simulated system has answered.
type Request struct {
	// System and Operation are as in Simulator.Count.
	System, Operation string
	// Method, Path (escaped as it was sent) and Query are the request line's.
	Method, Path, Query string
	// Status is the answer's; 0 where an intercepted request got none.
	Status int
	// Authorized says whether the request carried the login that it needs. It
	// is false for one that was intercepted.
	Authorized bool
}

// keptRequests bounds the record: a benchmark makes millions of requests.
const keptRequests = 20_000

// record is what was asked of all systems: every request is counted, the last
// ones are kept.
type record struct {
	mutex  sync.Mutex
	counts map[[2]string]int
	kept   []Request
	// next is where the next request goes once kept is full.
	next int
}

func newRecord() *record { return &record{counts: map[[2]string]int{}} }

func (r *record) add(request Request) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.counts[[2]string{request.System, request.Operation}]++
	if len(r.kept) < keptRequests {
		r.kept = append(r.kept, request)
		return
	}
	r.kept[r.next] = request
	r.next = (r.next + 1) % keptRequests
}

func (r *record) requests() []Request {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	ordered := make([]Request, 0, len(r.kept))
	return append(append(ordered, r.kept[r.next:]...), r.kept[:r.next]...)
}

func (r *record) count(system, operation string) int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	sum := 0
	for key, count := range r.counts {
		if (system == "" || system == key[0]) && (operation == "" || operation == key[1]) {
			sum += count
		}
	}
	return sum
}
