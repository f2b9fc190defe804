package packaging

import (
	"path"
	"regexp"
	"strings"
	"testing"
)

// What a document hands over, the configuration of every document finds: they
// miss each other without a word otherwise.
func TestEveryDocumentedFileOfJobsIsFoundByEveryDocumentedPattern(t *testing.T) {
	patterns, files := map[string]string{}, map[string]string{}
	pattern := regexp.MustCompile(`(?s)job_files:\s*(?:\[|- )([^\],\s]+)`)
	file := regexp.MustCompile(`\b(vcenter-[a-z0-9]+\.[a-z]+)\b`)
	for _, document := range []string{
		"README.md", "config/README.md", "examples/README.md", "examples/asyncjob.yml", "examples/kubernetes/configuration.yaml",
		"examples/pipeline/watch-job.sh",
	} {
		text := read(t, document)
		for _, found := range pattern.FindAllStringSubmatch(text, -1) {
			patterns[path.Base(found[1])] = document
		}
		for _, found := range file.FindAllStringSubmatch(text, -1) {
			if !strings.HasSuffix(found[1], ".com") && !strings.HasSuffix(found[1], ".password") {
				files[found[1]] = document
			}
		}
	}
	for _, example := range globbed(t, "examples/jobs/*") {
		files[path.Base(example)] = "examples/jobs"
	}
	if len(patterns) == 0 || len(files) < 3 {
		t.Fatalf("found the patterns %v and the files %v", patterns, files)
	}
	for pattern, in := range patterns {
		for name, by := range files {
			if matched, err := path.Match(pattern, name); err != nil || !matched {
				t.Errorf("%s hands over %s, which %s of %s does not match: %v", by, name, pattern, in, err)
			}
		}
	}
}

// The step of a pipeline writes what the patterns of its own target match.
func TestTheUploadIsHandedOverUnderANameThatIsFound(t *testing.T) {
	if step := read(t, upload); !strings.Contains(step, `"${JOB_DIRECTORY:?is not set}/vcenter-$name.json"`) {
		t.Errorf("%s hands over under another name:\n%s", upload, step)
	}
}
