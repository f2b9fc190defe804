package oraclemarketplace_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/goldentest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/metrictest"
)

// publisher is a publisher API with numbered uploads, the newest first.
type publisher struct {
	mu sync.Mutex
	// uploads are the ids, from first to last.
	first, last int
	// limit is the most that a page holds.
	limit int
	// wrap puts an item into what a page holds, and page what else a page says of
	// itself, by its offset and the ids in it.
	wrap func(item map[string]any) any
	page func(p *publisher, offset int, ids []int) map[string]any
	// onList is called before each page is answered.
	onList func(w http.ResponseWriter, offset int) (answered bool)
	// offsets are those of the pages that were asked for.
	offsets []int
}

func (p *publisher) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if id, one := strings.CutPrefix(r.URL.Path, "/appstore/publisher/v1/machineimages/"); one {
		fmt.Fprintf(w, `{"uploadRequestId":%s,"statusName":"In Progress"}`, id)
		return
	}
	offset, _ := strconv.Atoi(r.FormValue("offset"))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.offsets = append(p.offsets, offset)
	if p.onList != nil && p.onList(w, offset) {
		return
	}
	var (
		ids   []int
		items = []any{}
	)
	for id := p.last - offset; id >= p.first && len(ids) < p.limit; id-- {
		ids = append(ids, id)
		var item any = map[string]any{
			"uploadRequestId": id, "statusName": "In Progress",
			"lastModifiedDate": goldentest.ReplyTime().Add(time.Duration(id-1_000_000) * time.Second),
		}
		if p.wrap != nil {
			item = p.wrap(item.(map[string]any))
		}
		items = append(items, item)
	}
	answer := map[string]any{"items": items}
	if p.page != nil {
		maps.Copy(answer, p.page(p, offset, ids))
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// took returns the offsets that were asked for since the last call.
func (p *publisher) took() []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	offsets := p.offsets
	p.offsets = nil
	return offsets
}

func (p *publisher) change(how func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	how()
}

// discovering reads the uploads that a publisher lists.
func discovering(t *testing.T, p *publisher) *goldentest.Reading {
	t.Helper()
	server := exportertest.NewUpstream(t, p.ServeHTTP)
	return goldentest.Start(t, goldentest.Target("example", "oracle_marketplace", server.URL, "discovery: true"))
}

// found are the ids of the jobs that are read, and whether the target is up.
func found(t *testing.T, r *goldentest.Reading) (ids []int, up bool) {
	t.Helper()
	read := metrictest.Copied(r.Scrape(t.Context()).Families()) // without the checks of Read, which take long for thousands of series
	for id := range read.Values("asyncjob_up", "job_id") {
		number, err := strconv.Atoi(id)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, number)
	}
	slices.Sort(ids)
	return ids, read.Values("asyncjob_target_up", "target")["example"] == 1
}

// TestWherePagesEnd: a page may hold fewer items than it was asked for, and says
// in one of several ways, or not at all, whether there are more.
func TestWherePagesEnd(t *testing.T) {
	for name, c := range map[string]struct {
		limit int
		page  func(p *publisher, offset int, ids []int) map[string]any
		want  []int
	}{
		"nothing is said, pages are full":        {100, nil, []int{0, 100, 200}},
		"nothing is said, the last page is full": {50, nil, []int{0, 50, 100, 150, 200, 250}},
		"nothing is said, pages are small":       {90, nil, []int{0, 90, 180}},
		"hasMore": {90, func(p *publisher, _ int, ids []int) map[string]any {
			return map[string]any{"hasMore": ids[len(ids)-1] > p.first}
		}, []int{0, 90, 180}},
		"hasMore in quotes": {90, func(p *publisher, _ int, ids []int) map[string]any {
			return map[string]any{"hasMore": strconv.FormatBool(ids[len(ids)-1] > p.first), "limit": 100}
		}, []int{0, 90, 180}},
		"totalResults in quotes": {90, func(*publisher, int, []int) map[string]any {
			return map[string]any{"totalResults": "250", "count": 90}
		}, []int{0, 90, 180}},
		"the limit that was used": {90, func(*publisher, int, []int) map[string]any {
			return map[string]any{"limit": 90}
		}, []int{0, 90, 180}},
		"the limit that was asked for": {100, func(_ *publisher, _ int, ids []int) map[string]any {
			return map[string]any{"limit": 100, "count": len(ids)}
		}, []int{0, 100, 200}},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			p := &publisher{first: 1, last: 250, limit: c.limit, page: c.page}
			ids, up := found(t, discovering(t, p))
			if len(ids) != 250 || ids[0] != 1 || ids[249] != 250 || !up {
				t.Errorf("%d uploads were found and the target is up: %t", len(ids), up)
			}
			if offsets := p.took(); !slices.Equal(offsets, c.want) {
				t.Errorf("pages were asked for at %d, want %d", offsets, c.want)
			}
		})
	}
}

// TestListThatRepeatsItselfEnds where a page names nothing new, whatever it says.
func TestListThatRepeatsItselfEnds(t *testing.T) {
	p := &publisher{first: 1, last: 100, limit: 100}
	p.onList = func(w http.ResponseWriter, _ int) bool {
		fmt.Fprint(w, `{"items":[{"uploadRequestId":7,"statusName":"Pending"}],"hasMore":true}`)
		return true
	}
	r := discovering(t, p)
	if ids, up := found(t, r); !slices.Equal(ids, []int{7}) || !up {
		t.Errorf("the uploads %d were found and the target is up: %t", ids, up)
	}
	if offsets := p.took(); !slices.Equal(offsets, []int{0, 1}) {
		t.Errorf("pages were asked for at %d", offsets)
	}
}

// TestListThatDoesNotEndIsGivenUp, and what was listed by then counts.
func TestListThatDoesNotEndIsGivenUp(t *testing.T) {
	p := &publisher{first: -1_000_000, last: 999_999, limit: 100}
	discovering(t, p).Discover(t.Context())
	if offsets := p.took(); len(offsets) != 100 || offsets[99] != 9900 {
		t.Errorf("%d pages were asked for", len(offsets))
	}
	p = &publisher{first: -1_000_000, last: 999_999, limit: 1}
	discovering(t, p).Discover(t.Context())
	if offsets := p.took(); len(offsets) != 200 {
		t.Errorf("%d small pages were asked for", len(offsets))
	}
}

// TestItemsAreFoundInAnyWrapper: other lists of the same API wrap theirs in the
// name of its type, and which name this one uses nobody has written down.
func TestItemsAreFoundInAnyWrapper(t *testing.T) {
	for name, wrap := range map[string]func(item map[string]any) any{
		"none":            nil,
		"the type's name": func(item map[string]any) any { return map[string]any{"MachineImageUploadRequest": item} },
		"another name":    func(item map[string]any) any { return map[string]any{"GenericImage": item} },
		"a name and others": func(item map[string]any) any {
			return map[string]any{"MI": item, "links": []any{}, "owner": map[string]any{"id": 5}}
		},
		"ids in quotes": func(item map[string]any) any {
			item["uploadRequestId"] = fmt.Sprint(item["uploadRequestId"])
			return item
		},
	} {
		p := &publisher{first: 1, last: 3, limit: 100, wrap: wrap}
		if ids, up := found(t, discovering(t, p)); !slices.Equal(ids, []int{1, 2, 3}) || !up {
			t.Errorf("%s: the uploads %d were found and the target is up: %t", name, ids, up)
		}
	}
}

// TestPageThatCannotBeUnderstoodIsNoEmptyList: nobody would notice.
func TestPageThatCannotBeUnderstoodIsNoEmptyList(t *testing.T) {
	for _, page := range []string{
		`{"items":[{"link":"https://example.com/1"},{"link":"https://example.com/2"}]}`,
		`{"items":[{"uploadRequestId":"a"}]}`, `{"items":[7,8]}`, `{"items":[null]}`, `{"error":"maintenance"}`,
		`{"items":[{"A":{"uploadRequestId":1},"B":{"uploadRequestId":2}}]}`, `{"a":[{"uploadRequestId":1}],"b":[{"uploadRequestId":2}]}`,
	} {
		p := &publisher{onList: func(w http.ResponseWriter, _ int) bool {
			fmt.Fprint(w, page)
			return true
		}}
		r := discovering(t, p)
		if ids, up := found(t, r); len(ids) != 0 || up {
			t.Errorf("%s: the uploads %d were found and the target is up: %t", page, ids, up)
		}
		if log := r.Log.String(); !strings.Contains(log, "reason=decode") {
			t.Errorf("%s: the log says\n%s", page, log)
		}
	}
	for _, page := range []string{`{"items":[]}`, `{"items":null}`, `{"count":0}`, `{"totalResults":"0"}`, `{"uploads":[]}`} {
		p := &publisher{onList: func(w http.ResponseWriter, _ int) bool {
			fmt.Fprint(w, page)
			return true
		}}
		if ids, up := found(t, discovering(t, p)); len(ids) != 0 || !up {
			t.Errorf("%s: the uploads %d were found and the target is up: %t", page, ids, up)
		}
	}
}

// TestLongListIsWalkedThroughInParts has 3000 uploads at 200 ms a page: what was
// listed counts at once, and no listing takes much longer than a second and a half.
func TestLongListIsWalkedThroughInParts(t *testing.T) {
	p := &publisher{first: 1, last: 3000, limit: 100}
	r := discovering(t, p)
	p.onList = func(http.ResponseWriter, int) bool {
		r.Clock.Advance(200 * time.Millisecond)
		return false
	}
	var offsets []int
	for _, want := range []int{800, 1600, 2400, 3000} {
		if ids, up := found(t, r); len(ids) != want || !up {
			t.Errorf("%d uploads were found, want %d, and the target is up: %t", len(ids), want, up)
		}
		listed := p.took()
		if len(listed) > 9 {
			t.Errorf("one listing asked for %d pages", len(listed))
		}
		offsets = append(offsets, listed...)
	}
	slices.Sort(offsets)
	if whole := slices.Compact(offsets); len(whole) != 31 || whole[30] != 3000 {
		t.Errorf("pages were asked for at %d", whole)
	}
}

// TestNewestUploadsAreFoundEachTime without walking through all of them.
func TestNewestUploadsAreFoundEachTime(t *testing.T) {
	p := &publisher{first: 1, last: 250, limit: 100}
	r := discovering(t, p)
	found(t, r)
	p.took()
	for _, step := range []struct {
		added int
		want  []int
	}{{0, []int{0}}, {3, []int{0}}, {100, []int{0, 100}}, {150, []int{0, 100}}} {
		p.change(func() { p.last += step.added })
		r.Clock.Advance(15 * time.Second)
		if ids, up := found(t, r); len(ids) != p.last || !up {
			t.Errorf("%d more: %d uploads were found, and the target is up: %t", step.added, len(ids), up)
		}
		if offsets := p.took(); !slices.Equal(offsets, step.want) {
			t.Errorf("%d more: pages were asked for at %d, want %d", step.added, offsets, step.want)
		}
	}
	r.Clock.Advance(5 * time.Minute)
	found(t, r)
	if offsets := p.took(); len(offsets) != 6 {
		t.Errorf("after five minutes pages were asked for at %d", offsets)
	}
}

// TestWalkGoesOnAfterAFailure at the page that failed: what was listed before
// counts, and the target is not up while it fails.
func TestWalkGoesOnAfterAFailure(t *testing.T) {
	p := &publisher{first: 1, last: 250, limit: 100}
	p.onList = func(w http.ResponseWriter, offset int) bool {
		if offset == 200 {
			w.WriteHeader(http.StatusBadGateway)
		}
		return offset == 200
	}
	r := discovering(t, p)
	if ids, up := found(t, r); len(ids) != 200 || up {
		t.Errorf("%d uploads were found and the target is up: %t", len(ids), up)
	}
	p.took()
	p.change(func() { p.onList = nil })
	r.Clock.Advance(time.Second)
	if ids, up := found(t, r); len(ids) != 250 || !up {
		t.Errorf("%d uploads were found and the target is up: %t", len(ids), up)
	}
	if offsets := p.took(); !slices.Equal(offsets, []int{0, 200}) {
		t.Errorf("pages were asked for at %d", offsets)
	}
}

// TestUploadThatIsListedNoMoreIsForgotten at once where the newest page is the
// whole list, and with the next walk where it is not.
func TestUploadThatIsListedNoMoreIsForgotten(t *testing.T) {
	for _, uploads := range []int{3, 250} {
		p := &publisher{first: 1, last: uploads, limit: 100}
		r := discovering(t, p)
		found(t, r)
		p.change(func() { p.first = 2 })
		r.Clock.Advance(15 * time.Second)
		if ids, _ := found(t, r); len(ids) != uploads {
			t.Errorf("what was listed once is remembered for an hour, and now %d are", len(ids))
		}
		r.Clock.Advance(5 * time.Minute) // the next walk
		found(t, r)
		r.Clock.Advance(2 * time.Hour)
		if ids, up := found(t, r); len(ids) != uploads-1 || ids[0] != 2 || !up {
			t.Errorf("the uploads from %d to %d are known and the target is up: %t", ids[0], ids[len(ids)-1], up)
		}
	}
}
