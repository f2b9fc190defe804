// Package config is what the user of the exporter writes: the configuration
// file with its targets, and the job files beside it. It reads, completes and
// validates them; what it returns can be used without further checks.
package config

import (
	"cmp"
	"net/url"
	"time"

	promconfig "github.com/prometheus/common/config"
)

// Config is one valid configuration file, defaults filled in. It is never
// changed after Load returned it.
type Config struct {
	// Path is the file it was read from, for messages.
	Path string
	// Targets in the order of the file, at least one.
	Targets []*Target
	// Systems are those of Rules and those that this configuration describes.
	Systems Systems
	// Warnings are what is allowed but unwise, such as a password sent over
	// plain http, one line each, to be logged and printed by --config.check.
	Warnings []string

	// defaults are those of the file.
	defaults settingsKeys
	// rules are those of Load, with Systems and their labels.
	rules Rules
	// labels are the names that targets and lists of jobs bring in.
	labels *labelNames
	// described are the sections that Rules.Describe made systems of.
	described []*Section
	// systemFiles are the globs that some of them are from.
	systemFiles []string
}

// Settings are the keys of "defaults", each of which a target may override.
type Settings struct {
	// Timeout bounds one upstream request.
	Timeout time.Duration
	// MaxConcurrency is the number of parallel upstream requests to one target.
	MaxConcurrency int
	// MaxResponseBytes bounds one reply's body after decompression.
	MaxResponseBytes int64
	// MaxFiles is the number of files of one session with series of their own.
	MaxFiles int
	// ErrorText makes the upstream's error message a label of asyncjob_error_info.
	ErrorText bool
	// FinishedTTL is how long a finished job is served from memory; 0: always read.
	FinishedTTL time.Duration
	// Retention is how long a vanished job, or one known only from /probe or a
	// list, is remembered.
	Retention time.Duration
	// FinishedRetention is how long a job from a job file or URL is still exported
	// after its end; 0: for ever.
	FinishedRetention time.Duration
	// MaxDuration is how long after its start a job that is not final is too slow.
	MaxDuration time.Duration
}

// Target is one account on one upstream system, with its jobs.
type Target struct {
	// Name is unique in the configuration and becomes the label "target".
	Name string
	// System is the name of one of the Systems given to Load.
	System string
	// URL has scheme and host, perhaps a path, never userinfo, query or fragment.
	URL *url.URL
	Settings
	// HTTP is validated, and its file names are absolute or relative to the
	// working directory, not to the configuration file.
	HTTP promconfig.HTTPClientConfig
	// OAuth2Headers are sent to the token URL of HTTP.OAuth2; nil: none.
	OAuth2Headers *promconfig.Headers
	// Thumbprint is the SHA-1 (20 bytes) or SHA-256 (32 bytes) of the one
	// certificate to accept, in its DER form; nil where not configured.
	Thumbprint []byte
	// Options are the keys that only targets of its System have: what
	// System.Options made, filled; nil where there are none.
	Options any
	// States maps the upstream's words, folded by Rules.Fold, to Rules.States.
	States map[string]string
	// Labels are added to every series of the target and of its jobs.
	Labels map[string]string
	// Link is where people find a job of the target, with placeholders; JobLink
	// fills them. Empty where not configured.
	Link string
	// Discovery also exports the jobs that the system lists.
	Discovery bool
	// JobFiles are globs as of filepath.Match, absolute or relative to the
	// working directory, and JobURLs addresses of lists of the same shape.
	// Config.JobSources reads them.
	JobFiles []string
	JobURLs  []JobURL
	// Jobs in the order of the file, ids unique, checked by the target's System.
	Jobs []Job
}

// Job names one job of a target, as configured, as listed by a job file, or as
// asked for by /probe.
type Job struct {
	// ID is the upstream's id of the job and unique within a target.
	ID string
	// Name is the configured name; empty: the job is shown by its ID.
	Name string
	// Kind is one of the kinds of its system, filled in by Systems.CheckJob.
	Kind string
	// KindAssumed tells that Kind was filled in: a list that knows better wins.
	KindAssumed bool
	// Listed tells that only a list of the system's has named the job.
	Listed bool
	// Type is the content type whose update is watched, where the system has such jobs.
	Type string
	// Path is the whole path of a status resource, where the system has such jobs.
	Path string
	// Labels are added to every series of the job and win over the target's.
	Labels map[string]string
	// MaxDuration is the job's own; 0: that of its target holds.
	MaxDuration time.Duration
	// NamedBy is the job file or URL that names it, as JobSourceStatus.Path shows
	// that; empty where the configuration or nothing of the user's does.
	NamedBy string
}

// DisplayName is what people know the job by where nothing was read of it yet:
// its name, else the type that it is about, else its ID.
func (j Job) DisplayName() string { return cmp.Or(j.Name, j.Type, j.ID) }

// Rules are what the rest of the program asks of a configuration.
type Rules struct {
	// Systems are the known upstream systems.
	Systems Systems
	// ReservedLabels are the label names of the exporter's own metrics, which
	// configured labels may not have.
	ReservedLabels []string
	// Describe makes systems of the sections below "systems" and of the files of
	// "system_files", and notes in a section what is wrong with it: then there is
	// no system of it. nil: the configuration may describe none.
	Describe func(sections []*Section) Systems
	// Items compiles the key "items" of "job_urls". nil: the key is refused.
	Items func(expression string) (Transform, error)
	// States are those that the key "states" may map a word to.
	States []string
	// Fold makes upstream words equal that count as one.
	Fold func(word string) string
}
