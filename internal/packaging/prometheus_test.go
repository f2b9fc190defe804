package packaging

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// prometheusConfig is what the tests need of a Prometheus configuration.
type prometheusConfig struct {
	RuleFiles     []string `yaml:"rule_files"`
	ScrapeConfigs []struct {
		JobName       string `yaml:"job_name"`
		StaticConfigs []struct {
			Targets []string `yaml:"targets"`
		} `yaml:"static_configs"`
		HTTPSD []struct {
			URL string `yaml:"url"`
		} `yaml:"http_sd_configs"`
		Relabel []struct {
			SourceLabels []string `yaml:"source_labels"`
			Regex        string   `yaml:"regex"`
			Modulus      int      `yaml:"modulus"`
			TargetLabel  string   `yaml:"target_label"`
			Replacement  string   `yaml:"replacement"`
		} `yaml:"relabel_configs"`
	} `yaml:"scrape_configs"`
}

func TestTheSetUpOnOneMachineIsTheSameAsForSeveral(t *testing.T) {
	local := strings.NewReplacer(
		"localhost:10110", "exporter:10110",
		"localhost:19093", "alertmanager:9093",
		"../alerts/", "../../alerts/",
	).Replace(withoutComments(read(t, "examples/prometheus.yml")))
	if other := withoutComments(read(t, "examples/prometheus/one-exporter.yml")); local != other {
		t.Errorf("prometheus.yml says\n%s\none-exporter.yml says\n%s", local, other)
	}
}

func TestASetUpThatScrapesByServiceDiscoveryAlsoScrapesTheExportersThemselves(t *testing.T) {
	for _, file := range []string{"examples/prometheus/per-target.yml", "examples/prometheus/sharded.yml"} {
		config := document[prometheusConfig](t, file)
		own, discovered := config.ScrapeConfigs[0], config.ScrapeConfigs[1]
		targets := own.StaticConfigs[0].Targets
		if len(targets) != len(discovered.HTTPSD) {
			t.Fatalf("%s: %d exporters are scraped, %d are asked for jobs", file, len(targets), len(discovered.HTTPSD))
		}
		for i, target := range targets {
			if url := discovered.HTTPSD[i].URL; !strings.HasPrefix(url, "http://"+target+"/sd") {
				t.Errorf("%s: %s is scraped, %s is asked for jobs", file, target, url)
			}
		}
	}
}

// A shard of nobody would be jobs that nobody reads.
func TestEveryShardIsOneExportersOwn(t *testing.T) {
	config := document[prometheusConfig](t, "examples/prometheus/sharded.yml")
	exporters := config.ScrapeConfigs[0].StaticConfigs[0].Targets
	discovered := config.ScrapeConfigs[1]
	var shards int
	for _, sd := range discovered.HTTPSD {
		_, number, _ := strings.Cut(sd.URL, "/sd?by=shard&shards=")
		asked, err := strconv.Atoi(number)
		if err != nil || shards != 0 && asked != shards {
			t.Fatalf("%s asks for another number of shards than %d: %v", sd.URL, shards, err)
		}
		shards = asked
	}
	owned := map[string]int{}
	for shard := range shards {
		var owners []string
		for _, rule := range discovered.Relabel {
			matches := regexp.MustCompile("^(?:" + rule.Regex + ")$").MatchString(fmt.Sprintf("%d/%d", shard, shards))
			if rule.TargetLabel == "__address__" && matches {
				owners = append(owners, rule.Replacement)
			}
		}
		if len(owners) != 1 {
			t.Errorf("shard %d is owned by %q", shard, owners)
			continue
		}
		owned[owners[0]]++
	}
	for _, exporter := range exporters {
		if owned[exporter] != shards/len(exporters) {
			t.Errorf("%s owns %d of %d shards, want an equal share", exporter, owned[exporter], shards)
		}
	}
}

func withoutComments(text string) string {
	return strings.TrimSpace(regexp.MustCompile(`(?m)^\s*#.*\n`).ReplaceAllString(text, ""))
}
