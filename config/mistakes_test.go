package config_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/systems"
)

// mistake is what the message about one file of testdata/mistakes must hold.
type mistake struct {
	line  int    // 0: the whole file
	key   string // empty: the place has none
	value string // as shown; empty: it is missing, or may be secret
	// advice is what to write instead, or what is wrong.
	advice string
}

// TestAMessageAboutAMistakeNamesLineKeyValueAndAdvice looks at every file of
// testdata/mistakes, checked by the systems that the exporter has.
func TestAMessageAboutAMistakeNamesLineKeyValueAndAdvice(t *testing.T) {
	expected := mistakes()
	paths, err := filepath.Glob("testdata/mistakes/*.yml")
	if err != nil || len(paths) != len(expected) {
		t.Fatalf("%d files for %d mistakes, %v", len(paths), len(expected), err)
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".yml")
		t.Run(name, func(t *testing.T) {
			want, ok := expected[name]
			if !ok {
				t.Fatal("nothing is expected of this file")
			}
			_, err := config.Load(path, systems.Rules())
			if err == nil {
				t.Fatal("was accepted")
			}
			want.compare(t, path, err.Error())
		})
	}
}

func (m mistake) compare(t *testing.T, path, message string) {
	t.Helper()
	if strings.Contains(message, "\n") {
		t.Errorf("one mistake, several messages:\n%s", message)
	}
	begin := path + ": "
	if m.line > 0 {
		begin = fmt.Sprintf("%s:%d: ", path, m.line)
	}
	if !strings.HasPrefix(message, begin) {
		t.Errorf("does not begin with %q:\n%s", begin, message)
	}
	for what, part := range map[string]string{"key": m.key, "value": m.value, "advice": m.advice} {
		if !strings.Contains(message, part) {
			t.Errorf("does not hold the %s %q:\n%s", what, part, message)
		}
	}
	if strings.Contains(message, "hunter2") {
		t.Errorf("shows a secret:\n%s", message)
	}
}

func mistakes() map[string]mistake {
	return map[string]mistake{
		"basic_auth_is_text":                 {4, "basic_auth", "", "must be a mapping with keys such as password, password_file, username, username_file"},
		"basic_in_authorization":             {5, "authorization.type", `"Basic"`, "use basic_auth: {username: ..., password_file: ...} instead"},
		"bool_in_quotes":                     {4, "error_text", `"true"`, "must be true or false, without quotes"},
		"bool_in_words":                      {6, "discovery", `"enabled"`, "must be true or false, did you mean true?"},
		"certificate_without_key":            {7, "tls_config.key_file", "", "is missing: a client certificate needs its key"},
		"defaults_is_a_list":                 {1, "defaults", "", "must be a mapping with keys such as error_text, finished_retention, finished_ttl, max_concurrency"},
		"discovery_where_nothing_lists":      {4, "discovery", `"true"`, "sample_exchange cannot list jobs: name them in jobs or job_files"},
		"finished_retention_list":            {4, "finished_retention", "", "must be a duration such as 30s, 5m or 1h, not a list"},
		"finished_ttl_fraction":              {2, "defaults.finished_ttl", `"1.5h"`, "must be a duration such as 1h30m"},
		"flavour":                            {7, "vsphere.api", `"soap"`, "must be auto, api or rest"},
		"id_is_a_url":                        {5, "id", `"https://apigw.vmware.com/4711"`, "must be an integer such as 4711"},
		"id_missing":                         {5, "jobs[0].id", "", "is missing"},
		"id_twice":                           {6, "id", "", "stands twice, first on line 5: ids are unique within a target"},
		"id_with_leading_zeros":              {5, "id", `"0123"`, "must be an integer without leading zeros or signs: write 123"},
		"job_files_is_text":                  {4, "job_files", "", `must be a list: write ["jobs/*.yml"]`},
		"job_files_pattern":                  {4, "job_files[0]", `"jobs/[a.yml"`, "is no valid pattern: a [ has no ], or the pattern ends in \\"},
		"job_key_of_another_system":          {6, "type", "", "type belongs to oracle_content, jobs of vsphere have none"},
		"jobs_is_a_mapping":                  {5, "jobs", "", "must be a list of jobs, such as [{id: 4711}]: begin each job with a dash"},
		"jobs_is_an_id":                      {4, "jobs", `"4711"`, `must be a list of jobs: write [{id: "4711"}]`},
		"jobs_of_plain_ids":                  {5, "jobs[0]", `"4711"`, `must be a mapping with the key id: write {id: "4711"}`},
		"key_in_camel_case":                  {4, "basicAuth", "", `unknown key "basicAuth", did you mean "basic_auth"?`},
		"key_in_singular":                    {4, "job", "", `unknown key "job", did you mean "jobs"?`},
		"key_misspelled":                     {4, "timeuot", "", `unknown key "timeuot", did you mean "timeout"?`},
		"key_misspelled_and_misplaced":       {7, "insecureSkipVerify", "", `unknown key "insecureSkipVerify", did you mean "insecure_skip_verify", which belongs below tls_config?`},
		"key_of_another_system":              {7, "user_id", "", "user_id belongs to oracle_marketplace: leave it out of a target of vsphere"},
		"key_of_basic_auth":                  {5, "password", "", "password belongs below basic_auth: check the indentation"},
		"key_of_basic_auth_in_authorization": {6, "authorization", "", "password_file belongs below basic_auth: check the indentation"},
		"key_of_defaults_at_the_top":         {1, "timeout", "", "timeout belongs in a target or below defaults: check the indentation"},
		"key_of_job_in_target":               {4, "id", "", "id belongs in a job: check the indentation"},
		"key_of_target_at_the_top":           {1, "name", "", "name belongs in a target: check the indentation"},
		"key_of_target_in_basic_auth":        {8, "basic_auth", "", "discovery belongs in a target: check the indentation"},
		"key_of_target_in_defaults":          {2, "defaults", "", "basic_auth belongs in a target: check the indentation"},
		"key_of_target_in_job":               {6, "discovery", "", "discovery belongs in a target: check the indentation"},
		"key_of_tls_config":                  {7, "insecure_skip_verify", "", "insecure_skip_verify belongs below tls_config: check the indentation"},
		"key_twice":                          {6, "timeout", "", `key "timeout" stands twice, first on line 5: keep one of them`},
		"key_without_blank":                  {4, "basic_auth", "", `unknown key "password:...": a blank is missing after the colon`},
		"kind_beside_path":                   {6, "kind", `"type_update"`, "must be operation, or left out: a job with path is an operation, one with type a type_update"},
		"kind_in_upper_case":                 {6, "kind", `"Download"`, `must be update or download, did you mean "download"?`},
		"kind_of_another_system":             {6, "kind", "", "contribution belongs to sample_exchange: must be update or download"},
		"kind_of_the_product":                {6, "kind", `"upload"`, `must be update or download, did you mean "update"?`},
		"label_that_is_taken":                {5, "labels", `"instance"`, "is taken: the exporter, Prometheus or the alerts use it, choose another name"},
		"label_value_is_a_list":              {5, "labels.team", "", "must be text, not a list"},
		"label_with_dash":                    {5, "labels", `"my-team"`, "is no label name: it must be letters, digits and _, and begin with no digit, such as my_team"},
		"labels_is_a_list":                   {5, "labels", "", "must be a mapping such as {name: value}"},
		"link_placeholder":                   {7, "link", "", "{id} is unknown: it may hold {job_id}, {job_name} and {target}"},
		"max_concurrency_fraction":           {4, "max_concurrency", `"1.5"`, "must be a whole number"},
		"max_concurrency_text":               {4, "max_concurrency", `"many"`, "must be a whole number"},
		"max_concurrency_zero":               {4, "max_concurrency", `"0"`, "must be from 1 to 1000"},
		"max_duration_zero":                  {2, "defaults.max_duration", `"0s"`, "must be longer than 0s"},
		"max_files_negative":                 {4, "max_files", `"-1"`, "must not be negative; 0: no file has series of its own"},
		"name_twice":                         {5, "name", `"samples"`, "stands twice, first on line 2: choose another name"},
		"no_login":                           {2, "basic_auth", "", "is missing, a vCenter wants a login: {username: ..., password_file: ...}"},
		"nothing":                            {0, "", "", `is empty: the key "targets" must list at least one target, such as [{name: samples, system: sample_exchange}]`},
		"oauth2_without_address":             {5, "", "", "oauth2.token_url: is missing: the address that the token is fetched from"},
		"password_and_file":                  {8, "basic_auth.password", "", "basic_auth.password (line 7) and basic_auth.password_file (line 8) exclude each other: keep one of them"},
		"password_file_is_a_directory":       {5, "basic_auth.password_file", "", "cannot be read: testdata/mistakes is no regular file"},
		"password_file_missing":              {5, "basic_auth.password_file", "", "cannot be read: stat testdata/mistakes/nothing: no such file or directory"},
		"retention_never":                    {2, "defaults.retention", `"never"`, "must be a duration such as 30s, 5m or 1h"},
		"retention_upper_case":               {2, "defaults.retention", `"12H"`, "must be a duration such as 12h"},
		"scopes_is_text":                     {5, "", "", `oauth2.scopes: must be a list: write ["all"]`},
		"second_document":                    {5, "", "", `holds a second YAML document (after "---"): only one is read`},
		"secret_manager":                     {5, "basic_auth.password_ref", "", "there is no secret manager to refer to: use password_file"},
		"size_in_lower_case":                 {4, "max_response_bytes", `"512kb"`, "must be a size such as 512KiB, from 1 to 1GiB"},
		"size_too_large":                     {4, "max_response_bytes", `"2GiB"`, "must be a size such as 4MiB or 64KiB, from 1 to 1GiB"},
		"size_with_blank":                    {4, "max_response_bytes", `"4 MiB"`, "must be a size such as 4MiB, from 1 to 1GiB"},
		"state_in_british":                   {7, "states.LOST", `"cancelled"`, `must be one of pending, running, succeeded, failed, canceled, unknown, did you mean "canceled"?`},
		"state_in_upper_case":                {7, "states.LOST", `"Failed"`, `must be one of pending, running, succeeded, failed, canceled, unknown, did you mean "failed"?`},
		"state_of_others":                    {7, "states.LOST", `"success"`, `must be one of pending, running, succeeded, failed, canceled, unknown, did you mean "succeeded"?`},
		"state_that_is_concluded":            {7, "states.LOST", `"expired"`, "must be one of pending, running, succeeded, failed, canceled, unknown: the exporter itself concludes expired and gone"},
		"states_the_wrong_way_round":         {7, "states.failed", `"LOST"`, "must be one of pending, running, succeeded, failed, canceled, unknown: the upstream's word stands first, ours behind it"},
		"syntax_backslash":                   {4, "", "", `is no valid YAML: found unknown escape character (a backslash counts between double quotes: use single quotes): "job_files: [\"C:\\jobs\\*.yml\"]"`},
		"syntax_bracket":                     {4, "", "", `is no valid YAML: did not find expected ',' or ']' (a bracket or brace is not closed, or a comma is missing): "jobs: [{id: 1}"`},
		"syntax_colon":                       {2, "", "", `is no valid YAML: mapping values are not allowed in this context (quote values that hold a colon followed by a blank; check the indentation): "- name: samples: all"`},
		"syntax_indentation":                 {4, "", "", `is no valid YAML: did not find expected '-' indicator (check the indentation): "timeout: 5s"`},
		"syntax_quote":                       {2, "", "", `is no valid YAML: found unexpected end of stream (a quote is not closed): "- name: \"samples"`},
		"syntax_secret":                      {4, "", "", "is no valid YAML: found character that cannot start any token (indent by blanks, not by tabs; quote values that begin with @ % or `)"},
		"syntax_tab":                         {3, "", "", `is no valid YAML: found a tab character that violates indentation (indent by blanks, not by tabs): "system: sample_exchange"`},
		"system_in_camel_case":               {3, "system", `"vSphere"`, `did you mean "vsphere"?`},
		"system_missing":                     {2, "system", "", "is missing: one of "},
		"system_with_dashes":                 {3, "system", `"oracle-marketplace"`, `did you mean "oracle_marketplace"?`},
		"system_with_more":                   {3, "system", `"vmware_vsphere"`, `did you mean "vsphere"?`},
		"target_is_text":                     {2, "", "", "must be a mapping with the keys name, system and more, such as {name: samples, system: sample_exchange}"},
		"targets_is_a_mapping":               {2, "targets", "", "must be a list: write each element after a dash"},
		"thumbprint_and_ca":                  {8, "tls_thumbprint", "", "tls_thumbprint (line 7) and tls_config.insecure_skip_verify (line 8) exclude each other: keep one of them"},
		"thumbprint_of_openssl":              {7, "tls_thumbprint", `"sha1 Fingerprint=AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:6…"`, "must be the 40 (SHA-1) or 64 (SHA-256) hexadecimal digits of a certificate's digest, with or without colons: write AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01"},
		"timeout_in_words":                   {4, "timeout", `"10 seconds"`, "must be a duration such as 10s"},
		"timeout_negative":                   {4, "timeout", `"-5s"`, "must be a duration such as 30s, 5m or 1h"},
		"timeout_with_blank":                 {4, "timeout", `"90 s"`, "must be a duration such as 90s"},
		"timeout_without_unit":               {4, "timeout", `"10"`, "must be a duration such as 10s"},
		"timeout_zero":                       {4, "timeout", `"0s"`, "must be longer than 0s"},
		"tls_version":                        {7, "tls_config.min_version", `"TLS1.2"`, "must be one of TLS10, TLS11, TLS12, TLS13"},
		"two_logins":                         {7, "basic_auth", "", "basic_auth (line 5) and authorization (line 7) exclude each other: keep one of them"},
		"type_and_path":                      {6, "path", "", "not together with type, a job has one of them"},
		"url_in_curly_quotes":                {4, "url", `"“https://vcenter.example.com”"`, `is no valid URL: quotes are " or ' in YAML`},
		"url_missing":                        {2, "url", "", "is missing, such as https://host.example.com"},
		"url_of_a_status":                    {5, "url", `"https://ocm-apis-cloud.oracle.com/appstore/publisher/v1"`, "must be the address in front of the API's own paths, without /appstore: write https://ocm-apis-cloud.oracle.com"},
		"url_of_the_api":                     {4, "url", `"https://vcenter.example.com/api"`, "must be the address in front of the API's own paths, without /api: write https://vcenter.example.com"},
		"url_of_the_browser":                 {4, "url", `"https://vcenter.example.com/ui/app/home"`, "must be the address in front of the API's own paths, without /ui: write https://vcenter.example.com"},
		"url_of_the_sdk":                     {4, "url", `"https://vcenter.example.com/sdk"`, "must be the address in front of the API's own paths, without /sdk: write https://vcenter.example.com"},
		"url_with_bad_port":                  {4, "url", `"https://vcenter.example.com:443443"`, "must have a port from 1 to 65535, or none"},
		"url_with_credentials":               {4, "url", "", "must hold no credentials: use basic_auth or another login key"},
		"url_with_fragment":                  {4, "url", `"https://vcenter.example.com/ui/…"`, "must have no query and no fragment: write https://vcenter.example.com"},
		"url_without_scheme":                 {4, "url", `"vcenter.example.com:8443"`, "must begin with http:// or https://: write https://vcenter.example.com:8443"},
		"user_missing":                       {2, "user_id", "", "is missing, it is sent as X-Oracle-UserId with every request: the publisher's e-mail address"},
	}
}
