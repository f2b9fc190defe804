//go:build race

package page

// slower is how much longer code may take here: with the race detector.
const slower = 5
