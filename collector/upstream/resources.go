package upstream

import (
	"hash/maphash"
	"sync"
)

// resources is a bounded set of resources.
type resources struct {
	seed maphash.Seed
	mu   sync.Mutex
	set  map[uint64]struct{}
}

func newResources() resources {
	return resources{seed: maphash.MakeSeed(), set: map[uint64]struct{}{}}
}

func (r *resources) has(resource string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, found := r.set[maphash.String(r.seed, resource)]
	return found
}

func (r *resources) add(resource string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.set) >= mostResources {
		clear(r.set)
	}
	r.set[maphash.String(r.seed, resource)] = struct{}{}
}
