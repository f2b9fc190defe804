package web

import (
	"strings"
	"testing"
)

// However the text comes in pieces, the headings of a continued family are left
// out and nothing else is.
func TestHeadingsOfAContinuedFamilyAreLeftOut(t *testing.T) {
	const heading = "# HELP a Some # text\n# TYPE a gauge\n"
	const series = "a{b=\"# c\"} 1\na{b=\"\\n# d\"} 2\n"
	for _, size := range []int{1, 2, 7, 20, 1000} {
		for _, skip := range []bool{false, true} {
			var got strings.Builder
			h := &headings{w: &got, skip: skip}
			for rest := heading + series; rest != ""; {
				piece := rest[:min(size, len(rest))]
				if n, err := h.Write([]byte(piece)); n != len(piece) || err != nil {
					t.Fatalf("%d of %d bytes written, %v", n, len(piece), err)
				}
				rest = rest[len(piece):]
			}
			want := heading + series
			if skip {
				want = series
			}
			if got.String() != want {
				t.Errorf("in pieces of %d, skipping %t: %q", size, skip, got.String())
			}
		}
	}
}
