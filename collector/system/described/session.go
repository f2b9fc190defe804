package described

import "github.com/asyncjob-exporter/asyncjob_exporter/config"

func (r *reader) logIn(*config.Target) {}
