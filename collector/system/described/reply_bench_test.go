package described

import (
	"testing"
	"time"
)

// BenchmarkReply makes jobs of the replies of the systems that are built in.
func BenchmarkReply(b *testing.B) {
	for _, system := range New(nil).BuiltIn() {
		c := readCase(b, system.Name())
		r := newReader(system.d, system.gate, c.target(), nil, time.Now)
		body := c.reply(b, "running")
		b.Run(system.Name(), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if _, err := r.decodeStatus(b.Context(), "status", body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
