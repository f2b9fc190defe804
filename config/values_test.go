package config

import (
	"bytes"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func TestThumbprintsAreReadInEveryNotation(t *testing.T) {
	sha1 := bytes.Repeat([]byte{0xAB}, 20)
	sha256 := bytes.Repeat([]byte{0x0C}, 32)
	for text, want := range map[string][]byte{
		strings.Repeat("AB", 20):                           sha1,
		strings.Repeat("ab", 20):                           sha1,
		strings.TrimSuffix(strings.Repeat("aB:", 20), ":"): sha1,
		strings.Repeat("0c", 32):                           sha256,
		strings.TrimSuffix(strings.Repeat("0C:", 32), ":"): sha256,
		strings.Repeat("ab", 16):                           nil, // MD5
		strings.Repeat("ab", 21):                           nil,
		strings.Repeat("ab", 20) + "a":                     nil,
		strings.Repeat("ab:", 20):                          nil, // a colon at the end
		"a:b" + strings.Repeat("0", 38):                    nil,
		"ab:" + strings.Repeat("ab", 19):                   nil, // one colon only
		"SHA256:" + strings.Repeat("0c", 32):               nil,
		strings.Repeat("zz", 20):                           nil,
	} {
		got, err := parseThumbprint(text)
		if !bytes.Equal(got, want) || (err != nil) != (want == nil) {
			t.Errorf("%s: got %x, %v, want %x", text, got, err, want)
		}
	}
	again, err := parseThumbprint(formatThumbprint(sha256))
	if err != nil || !bytes.Equal(again, sha256) {
		t.Errorf("written as %s, read as %x, %v", formatThumbprint(sha256), again, err)
	}
}

func TestSizesHaveBinaryAndMetricUnits(t *testing.T) {
	for text, want := range map[string]byteSize{
		"4MiB": 4 << 20, "64KiB": 64 << 10, "1MB": 1_000_000, "10kB": 10_000, "1": 1,
		"65536": 65536, "1.5MiB": 3 << 19, "1GiB": 1 << 30, "1GiB1B": 0,
		"0": 0, "-1": 0, "": 0, "MiB": 0, "4 MiB": 0, "9999999999999999999": 0, "9999999EiB": 0, "NaN": 0,
	} {
		var size byteSize
		err := yaml.Unmarshal([]byte(`"`+text+`"`), &size)
		if size != want || (err != nil) != (want == 0) {
			t.Errorf("%q: %d, %v, want %d", text, size, err, want)
		}
	}
	for size, want := range map[byteSize]string{1: "1", 1000: "1000", 1024: "1KiB", 4 << 20: "4MiB", 1 << 30: "1GiB", 3 << 19: "1536KiB"} {
		if got := size.String(); got != want {
			t.Errorf("%d is written as %s, want %s", int64(size), got, want)
		}
	}
}

func TestLoopbackHosts(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "LOCALHOST": true, "localhost.": true, "a.localhost": true,
		"127.0.0.1": true, "127.8.9.1": true, "::1": true, "::ffff:127.0.0.1": true,
		"localhost.example.com": false, "notlocalhost": false, "10.0.0.1": false, "::": false, "0.0.0.0": false, "": false,
	} {
		if got := isLoopback(host); got != want {
			t.Errorf("isLoopback(%q) = %v, want %v", host, got, want)
		}
	}
}

func TestEveryTakenLabelIsRefused(t *testing.T) {
	rules := Rules{ReservedLabels: []string{"job_name"}}
	taken := []string{
		"job_name", "system", "target", "job_id", "job", "instance", "namespace", "service", "pod", "container",
		"endpoint", "node", "severity", "alertname", "le", "quantile", "__", "__name__", "", "a b", "ä", "a:b", "9a",
	}
	for _, name := range taken {
		if rules.labelNameProblem(name) == "" {
			t.Errorf("label %q was accepted", name)
		}
	}
	for _, name := range []string{"team", "_team", "Job", "jobs", "release_24", "state"} {
		if problem := rules.labelNameProblem(name); problem != "" {
			t.Errorf("label %q: %s", name, problem)
		}
	}
}

func TestALongErrorIsCutShort(t *testing.T) {
	found := &problems{file: "f"}
	for range maxProblems + 7 {
		found.add(1, place{}, "wrong")
	}
	got := lines(found.err())
	if len(got) != maxProblems+1 || got[maxProblems] != "f: and more" {
		t.Errorf("%d lines, the last %q", len(got), got[len(got)-1])
	}
}
