package job

import (
	"reflect"
	"strings"
	"testing"
	"unsafe"
)

func TestSharedSaysTheSameInCommonWords(t *testing.T) {
	of := func() *Job {
		return &Job{
			State: Failed, UpstreamState: strings.Clone("FAILED"), Info: []string{strings.Clone("linux")},
			Files:       []File{{Name: strings.Clone("disk.vmdk"), SourceType: strings.Clone("PUSH"), State: Failed}},
			DataCenters: []DataCenter{{Name: strings.Clone("US2"), Region: strings.Clone("us"), State: Failed}},
		}
	}
	one, other := Shared(of()), Shared(of())
	if !reflect.DeepEqual(one, of()) {
		t.Errorf("%+v became %+v", of(), one)
	}
	for name, words := range map[string][2]string{
		"upstream state": {one.UpstreamState, other.UpstreamState}, "file": {one.Files[0].Name, other.Files[0].Name},
		"data centre": {one.DataCenters[0].Name, other.DataCenters[0].Name}, "info": {one.Info[0], other.Info[0]},
	} {
		if unsafe.StringData(words[0]) != unsafe.StringData(words[1]) {
			t.Errorf("the word for the %s is not in common", name)
		}
	}
	if empty := Shared(&Job{State: Gone}); empty.Files != nil || empty.DataCenters != nil || empty.Info != nil {
		t.Errorf("what was not said is said: %+v", empty)
	}
}
