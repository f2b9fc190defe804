// Package faults holds no code, only tests: of the whole exporter reading
// upstreams that are slow, broken, rate-limited, gone or hostile. Each test
// injects its faults over real HTTP and looks at what a Prometheus would get.
package faults
