package e2e

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// One exporter has a target for each way to write a thumbprint, all of one
// server whose certificate nobody has signed.
func TestACertificateIsAcceptedByItsThumbprintAlone(t *testing.T) {
	t.Parallel()
	world, err := simulator.NewWorld(simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	api := simulator.VSphere()
	upstream := exportertest.NewTLSUpstream(t, api.Handler(world).ServeHTTP)
	certificate := upstream.Certificate().Raw
	short, long := sha1.Sum(certificate), sha256.Sum256(certificate)
	otherShort, otherLong := sha1.Sum([]byte("another")), sha256.Sum256([]byte("another"))

	accepted := map[string]string{
		"sha1":               hex.EncodeToString(short[:]),
		"sha1-upper-case":    strings.ToUpper(hex.EncodeToString(short[:])),
		"sha1-colons":        colons(short[:]),
		"sha256":             hex.EncodeToString(long[:]),
		"sha256-colons":      strings.ToUpper(colons(long[:])),
		"sha256-lower-colon": colons(long[:]),
	}
	refused := map[string]string{
		"none":         "",
		"other-sha1":   hex.EncodeToString(otherShort[:]),
		"other-sha256": colons(otherLong[:]),
		"half-sha256":  hex.EncodeToString(long[:sha1.Size]),
	}
	target := api.Target(world, upstream.URL)
	scrape := startExporter(t, thumbprintTargets(t, target, accepted, refused)).metrics()
	for name := range accepted {
		if up, _ := scrape.Value("asyncjob_target_up", "target", name); up != 1 || scrape.Sum("asyncjob_up", "target", name) == 0 {
			t.Errorf("%s: the certificate is refused, target_up is %v", name, up)
		}
	}
	for name := range refused {
		failures := scrape.Series("asyncjob_query_failure", "target", name)
		if up, _ := scrape.Value("asyncjob_target_up", "target", name); up != 0 || scrape.Sum("asyncjob_up", "target", name) != 0 || len(failures) == 0 {
			t.Errorf("%s: the certificate is accepted, target_up is %v", name, up)
		}
		for _, failure := range failures {
			if reason := exportertest.Label(failure, "reason"); reason != "tls" {
				t.Errorf("%s: the reason is %q, want tls", name, reason)
			}
		}
	}
	wantNoSecretSent(t, upstream, 1) // for all that trust it: they are one account
}

// wantNoSecretSent tells whether only those who trust the certificate sent
// anything at all.
func wantNoSecretSent(t *testing.T, upstream *exportertest.Upstream, want int) {
	t.Helper()
	if logins := upstream.Count("POST", "/api/session"); logins != want {
		t.Errorf("%d logins arrived, want %d", logins, want)
	}
}

// thumbprintTargets are one target for each thumbprint, named for it.
func thumbprintTargets(t *testing.T, target string, thumbprints ...map[string]string) string {
	t.Helper()
	var all strings.Builder
	all.WriteString("targets:\n")
	for _, named := range thumbprints {
		for name, thumbprint := range named {
			one := edited(t, target, "name: vcenter-demo", "name: "+name)
			if thumbprint != "" {
				one += fmt.Sprintf("  tls_thumbprint: %q\n", thumbprint)
			}
			all.WriteString(indented(one))
		}
	}
	return all.String()
}

func colons(digest []byte) string {
	pairs := make([]string, len(digest))
	for i := range digest {
		pairs[i] = hex.EncodeToString(digest[i : i+1])
	}
	return strings.Join(pairs, ":")
}
