package simulator

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"
)

// certificate is a real self-signed certificate, as a small publisher's
// appliance carries it.
type certificate struct {
	// pem is the certificate in PEM.
	pem string
	// name is both its issuer and its subject, as OpenSSL used to write them.
	name string
}

// certificateLife is how long the certificate is valid from the world's start.
const certificateLife = 45 * 24 * time.Hour

func newCertificate(start time.Time) (certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return certificate{}, fmt.Errorf("generate the simulated publisher's key: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject: pkix.Name{
			Country: []string{"US"}, Province: []string{"California"},
			Organization: []string{"Example Appliances"}, CommonName: "appliances.example.com",
		},
		NotBefore: start.Add(-24 * time.Hour),
		NotAfter:  start.Add(certificateLife),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return certificate{}, fmt.Errorf("sign the simulated publisher's certificate: %w", err)
	}
	return certificate{
		pem:  string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		name: "/C=US/ST=California/O=Example Appliances/CN=appliances.example.com",
	}, nil
}
