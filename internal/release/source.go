package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// name is the program's, and begins the name of every file of a release.
const name = "asyncjob_exporter"

// source is the commit that is released.
type source struct {
	// directory is the root of the clone.
	directory string
	// version is the content of the file VERSION.
	version string
	// revision is the commit's full hash.
	revision string
	// time is the commit's, or that of SOURCE_DATE_EPOCH: the only time that
	// appears in a release.
	time time.Time
	// documents are the tracked files that go into every archive, in the
	// order of their names, with slashes.
	documents []string
}

// readSource describes the clone in the directory. A clone with changes that
// no commit holds is refused: nobody could build the same again.
func readSource(ctx context.Context, directory string) (source, error) {
	status, err := git(ctx, directory, "status", "--porcelain")
	if err != nil {
		return source{}, err
	}
	if status != "" {
		return source{}, fmt.Errorf("the clone has changes that no commit holds, commit or remove them:\n%s", status)
	}

	src := source{directory: directory}
	if src.version, err = readVersion(directory); err != nil {
		return source{}, err
	}
	if src.revision, err = git(ctx, directory, "rev-parse", "HEAD"); err != nil {
		return source{}, err
	}
	if src.time, err = commitTime(ctx, directory); err != nil {
		return source{}, err
	}
	if src.documents, err = trackedDocuments(ctx, directory); err != nil {
		return source{}, err
	}
	return src, nil
}

// baseName is what the files of one platform's release are called, without
// their endings.
func (s source) baseName(p platform) string {
	return fmt.Sprintf("%s-%s.%s-%s", name, s.version, p.os, p.architecture)
}

func (s source) archiveName(p platform) string {
	return s.baseName(p) + p.archiveEnding()
}

func readVersion(directory string) (string, error) {
	content, err := os.ReadFile(filepath.Join(directory, "VERSION"))
	if err != nil {
		return "", fmt.Errorf("read the version: %w", err)
	}
	version := strings.TrimSpace(string(content))
	if version == "" || strings.ContainsAny(version, " \t\n/\\'\"") {
		return "", fmt.Errorf("the file VERSION holds no version but %q", version)
	}
	return version, nil
}

// commitTime is the commit's time, unless SOURCE_DATE_EPOCH says otherwise in
// Unix seconds (https://reproducible-builds.org/specs/source-date-epoch/).
func commitTime(ctx context.Context, directory string) (time.Time, error) {
	epoch, given := os.LookupEnv("SOURCE_DATE_EPOCH")
	if !given {
		var err error
		if epoch, err = git(ctx, directory, "log", "-1", "--format=%ct"); err != nil {
			return time.Time{}, err
		}
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("time of the release: %q is not a number of seconds", epoch)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// trackedDocuments are the files that an archive holds beside the binary.
// Only what git tracks counts, so that no editor's backup slips in.
func trackedDocuments(ctx context.Context, directory string) ([]string, error) {
	listed, err := git(ctx, directory, "-c", "core.quotePath=off", "ls-files", "--",
		"LICENSE", "README.md", "CHANGELOG.md", "SECURITY.md",
		"config/README.md", "collector/README.md", "alerts", "dashboards", "examples",
		":(exclude)*.go", ":(exclude)**/testdata/**", ":(exclude)dashboards/source")
	if err != nil {
		return nil, err
	}
	documents := strings.Fields(listed)
	if len(documents) == 0 {
		return nil, errors.New("git tracks none of the documents of a release")
	}
	return documents, nil
}

// git runs git in the directory and returns what it prints, trimmed.
func git(ctx context.Context, directory string, arguments ...string) (string, error) {
	return output(ctx, directory, nil, "git", arguments...)
}

// output runs a program in the directory, with more environment than this
// process has, and returns its trimmed standard output. An error carries what
// the program said.
func output(ctx context.Context, directory string, environment []string, program string, arguments ...string) (string, error) {
	command := exec.CommandContext(ctx, program, arguments...)
	command.Dir = directory
	command.Env = append(os.Environ(), environment...)
	var said bytes.Buffer
	command.Stderr = &said
	printed, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", program, arguments[0], err, said.Bytes())
	}
	return strings.TrimSpace(string(printed)), nil
}
