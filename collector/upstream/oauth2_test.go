package upstream

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	promconfig "github.com/prometheus/common/config"
)

// An assertion is signed as configured, and says what RFC 7523 wants of it.
func TestAnAssertionIsSigned(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	request := tokenRequest{as: &identity{oauth2: string(text)}, settings: &promconfig.OAuth2{
		ClientID: "client", TokenURL: "https://login.example.com/token", Scopes: []string{"read", "list"},
		SignatureAlgorithm: "RS384", ClientCertificateKeyID: "key-7", Claims: map[string]any{"tenant": "blue"},
	}}
	signed, err := request.sign(now)
	if err != nil {
		t.Fatal(err)
	}
	claims := jwt.MapClaims{}
	token, err := jwt.ParseWithClaims(signed, claims, func(*jwt.Token) (any, error) { return &key.PublicKey, nil },
		jwt.WithTimeFunc(func() time.Time { return now.Add(time.Minute) }), jwt.WithValidMethods([]string{"RS384"}))
	if err != nil {
		t.Fatal(err)
	}
	if token.Header["kid"] != "key-7" {
		t.Errorf("the key's id is %v", token.Header["kid"])
	}
	for name, want := range map[string]any{
		"iss": "client", "sub": "client", "aud": "https://login.example.com/token", "scope": "read list", "tenant": "blue",
		"iat": float64(now.Unix()), "exp": float64(now.Add(assertionLife).Unix()),
	} {
		if claims[name] != want {
			t.Errorf("%s is %v, want %v", name, claims[name], want)
		}
	}
	if again, _ := request.sign(now); again == signed {
		t.Error("two assertions are the same")
	}
	request.as.oauth2 = "no key"
	if _, err := request.sign(now); err == nil {
		t.Error("something was signed without a key")
	}
}
