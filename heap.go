package main

// heapRoom is held as long as the program runs. The garbage collector runs
// whenever the heap has doubled: with a hundred jobs that is every other scrape,
// and was a tenth of the CPU time. This makes the heap larger by pages that are
// never written to, and so take no memory; what does take memory is the garbage,
// up to as much, that may lie around meanwhile.
func heapRoom() []byte { return make([]byte, 16<<20) }
