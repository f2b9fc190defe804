package main

import "fmt"

// What is known of jobs, in PromQL. Both boards show the same numbers.

// unfinished are the states that a job leaves.
const unfinished = `state=~"pending|running|unknown"`

// stateNow is a job's state as a number of states().
func stateNow() string {
	return lines(
		perJob(fmt.Sprintf("(%s == 1) * on (state) group_left () (%s)", ofJobs("asyncjob_state"), stateNumbers())),
		fmt.Sprintf("(%s == 0) + %d", perJob(ofJobs("asyncjob_up")), stateNumber("unavailable")),
	)
}

// stateNumbers are the numbers of states(), by the label state.
func stateNumbers() string {
	var all []string
	for number, s := range states() {
		if s.word != "unavailable" {
			all = append(all, labeled(fmt.Sprintf("vector(%d)", number), "state", s.word))
		}
	}
	return lines(all...)
}

// progress is that of each job, 0 to 1.
func progress() string { return perJob(ofJobs("asyncjob_progress_ratio")) }

// began is when a job was created, else started, else first seen.
func began() string {
	return fmt.Sprintf("min by (%s) (%s)", ofJob, selector("", chosenJobs,
		[]string{`__name__=~"asyncjob_(created|start|first_seen)_timestamp_seconds"`}))
}

// expires is the time that unfinished jobs have left until they expire. With a
// modifier, only of those whose expiration time was the same then: they are not
// being renewed.
func expires(modifier string) string {
	expiration := perJob(ofJobs("asyncjob_expiration_timestamp_seconds"))
	if modifier != "" {
		expiration = fmt.Sprintf("(%s == %s)", expiration, perJob(ofJobs("asyncjob_expiration_timestamp_seconds")+modifier))
	}
	return among(ofJob, expiration+" - time()", ofJobs("asyncjob:state", unfinished))
}

// moved is when a running job changed last.
func moved() string { return ofJobs("asyncjob:moved_timestamp_seconds") }

// speed is the progress per second of a running job: since its start where the
// upstream tells one that is not half an hour old, else of the last half hour. It
// ends when the job has stood still for two minutes longer than it takes for a
// fiftieth, as one has to that tells its progress in hundredths, and at the latest
// after a quarter of an hour.
func speed() string {
	ratio := ofJobs("asyncjob_progress_ratio")
	young := fmt.Sprintf("(%s > 0) / on (%s) group_left () (time() - %s > 60 < 1800) and on (%[2]s) %[4]s > time() - 300",
		ratio, ofJob, perJob(ofJobs("asyncjob_start_timestamp_seconds")), moved())
	old := fmt.Sprintf("deriv(%s[30m]) > 0 < on (%s) group_left () (0.02 / clamp_min(time() - 120 - %s < 780, 1e-9))", ratio, ofJob, moved())
	return perJob(fmt.Sprintf("(%s) or (%s)", young, old))
}

// remaining is the seconds that a running job needs if it goes on like that.
func remaining() string {
	return fmt.Sprintf("(1 - %s > 0) / %s", progress(), speed())
}

// changed is when a job changed last: by the upstream's clock, or as Prometheus
// saw it of a running job.
func changed() string {
	return perJob(lines(
		selector("", chosenJobs, []string{`__name__=~"asyncjob_(start|end|last_update|data_center_last_update)_timestamp_seconds"`}),
		"max_over_time("+moved()+"[$__range]) >= 0",
	))
}

// errors are what the upstream says of failed jobs, in the label detail: its
// error's id, its text, or both.
func errors() string {
	joined := fmt.Sprintf(`label_join(%s, "detail", ": ", "error_id", "error")`, ofJobs("asyncjob_error_info"))
	return fmt.Sprintf(`label_replace(label_replace(%s, "detail", "$1", "detail", "(.*): "), "detail", "$1", "detail", ": (.*)")`, joined)
}
