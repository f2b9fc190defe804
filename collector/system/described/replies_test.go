package described

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
)

// TestBuiltInDescriptions reads the replies of each system that is built in.
func TestBuiltInDescriptions(t *testing.T) {
	systems := builtInSystems(t)
	if len(systems) != 16 {
		t.Errorf("%d descriptions are built in", len(systems))
	}
	for _, system := range systems {
		t.Run(system.Name(), func(t *testing.T) {
			c := readCase(t, system.Name())
			for id, want := range c.Jobs {
				if err := system.d.checkID(id); err != nil {
					t.Errorf("%s: %v", id, err)
				}
				found, err := system.Try(t.Context(), c.target(), c.reply(t, want.Reply))
				if err != nil {
					t.Errorf("%s: %v", want.Reply, err)
					continue
				}
				if got, want := asText(system, found), want.text(); got != want {
					t.Errorf("%s:\n got %s\nwant %s", id, got, want)
				}
			}
		})
	}
}

// text is a wanted job in one line.
func (w wanted) text() string {
	info := []string{}
	for _, label := range slices.Sorted(maps.Keys(w.Info)) {
		info = append(info, label+"="+w.Info[label])
	}
	failed := ""
	if w.State == job.Failed {
		failed = w.ErrorID + ":" + w.Error
	}
	slices.Sort(w.Parts)
	return line(w.State, w.Word, w.Progress, []time.Time{w.Created, w.Start, w.End, w.LastUpdate, w.Expiration}, failed, info, w.Parts)
}

func asText(system *System, found *job.Job) string {
	info := []string{}
	for i, value := range found.Info {
		if value != "" {
			info = append(info, system.d.labels()[i]+"="+value)
		}
	}
	failed := ""
	if found.State == job.Failed {
		failed = found.Error.ID + ":" + found.Error.Message
	}
	return line(found.State, found.UpstreamState, found.Progress,
		[]time.Time{found.Created, found.Started, found.Ended, found.LastUpdate, found.Expiration}, failed, info, partsAsText(found.Parts))
}

func line(state job.State, word string, progress *float64, times []time.Time, failed string, info, parts []string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s (%s)", state, word)
	if progress != nil {
		fmt.Fprintf(&text, " %g", math.Round(*progress*1e6)/1e6)
	}
	for i, name := range []string{"created", "start", "end", "last_update", "expiration"} {
		if !times[i].IsZero() {
			fmt.Fprintf(&text, " %s %s", name, times[i].UTC().Truncate(time.Millisecond).Format(time.RFC3339Nano))
		}
	}
	return fmt.Sprintf("%s error %q info %q parts %q", text.String(), failed, info, parts)
}

// TestNothingUnaskedLeavesAReply looks for what no expression names, in a job
// and in what is shown to who writes a description.
func TestNothingUnaskedLeavesAReply(t *testing.T) {
	seen := 0
	for _, system := range builtInSystems(t) {
		c := readCase(t, system.Name())
		target := c.target()
		target.ErrorText = true
		for _, want := range c.Jobs {
			body := c.reply(t, want.Reply)
			if strings.Contains(string(body), canary) {
				seen++
			}
			ctx, trace := upstream.WithTrace(t.Context(), time.Now())
			found, err := system.Try(ctx, target, body)
			if shown := fmt.Sprintf("%+v %v %s", found, err, trace); strings.Contains(shown, canary) {
				t.Errorf("%s, %s: %s", system.Name(), want.Reply, shown)
			}
		}
	}
	if seen < 9 {
		t.Errorf("%d replies have something to be hidden", seen)
	}
}

// TestACutReplyIsNoJob: half a reply must not be half a job.
func TestACutReplyIsNoJob(t *testing.T) {
	for _, system := range builtInSystems(t) {
		c := readCase(t, system.Name())
		for _, want := range c.Jobs {
			body := c.reply(t, want.Reply)
			for _, broken := range [][]byte{body[:len(body)/2], nil, []byte("<html>"), []byte(`{}`), []byte(`[]`), []byte(`null`), []byte(`{"a":`)} {
				found, err := system.Try(t.Context(), c.target(), broken)
				if err != nil && upstream.FailureOf(err).Reason != job.ReasonDecode {
					t.Errorf("%s: %q: %v", system.Name(), broken, err)
				}
				if err == nil && !strings.HasPrefix(string(broken), "{") && !strings.HasPrefix(string(broken), "[") && !strings.HasPrefix(string(broken), "n") {
					t.Errorf("%s: %q is the job %+v", system.Name(), broken, found)
				}
			}
			break
		}
	}
}

// TestPartsOfTheirOwn reads the replies of the second call.
func TestPartsOfTheirOwn(t *testing.T) {
	for _, system := range builtInSystems(t) {
		c := readCase(t, system.Name())
		if c.Parts == nil {
			continue
		}
		r := newReader(system.d, system.gate, c.target(), nil, time.Now)
		var found []job.Part
		err := r.decode(t.Context(), "parts", c.reply(t, c.Parts.Reply), system.d.parts.need, func(e *evaluation, reply any) error {
			found = r.parts(e, reply)
			return nil
		})
		slices.Sort(c.Parts.Want)
		if got := partsAsText(found); err != nil || !reflect.DeepEqual(got, c.Parts.Want) {
			t.Errorf("%s: %q (%v), want %q", system.Name(), got, err, c.Parts.Want)
		}
	}
}
