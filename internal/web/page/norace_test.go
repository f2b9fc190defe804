//go:build !race

package page

// slower is how much longer code may take here: not at all.
const slower = 1
