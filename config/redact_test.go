package config

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	promconfig "github.com/prometheus/common/config"
)

// TestNoSecretIsShown fills every field of the library's client configuration
// that can hold a secret, also such as a later version may add.
func TestNoSecretIsShown(t *testing.T) {
	proxy, err := url.Parse("http://" + canary + ":" + canary + "@proxy.example.com/?" + canary)
	if err != nil {
		t.Fatal(err)
	}
	var http promconfig.HTTPClientConfig
	filled := fill(reflect.ValueOf(&http).Elem(), proxy)
	if filled < 15 {
		t.Fatalf("only %d fields were filled", filled)
	}
	http.OAuth2.TokenURL = "https://" + canary + ":" + canary + "@login.example.com/?secret=" + canary
	http.OAuth2.Claims = map[string]any{"a": canary, "b": []any{canary}}
	config := &Config{Targets: []*Target{{
		Name: "a",
		URL:  &url.URL{Scheme: "https", Host: "example.com", User: url.UserPassword(canary, canary)},
		HTTP: http,
	}}}

	shown, err := config.Redacted()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(shown), canary) {
		t.Errorf("shows a secret:\n%s", shown)
	}
	for _, name := range []string{"basic_auth", "authorization", "client_secret", "endpoint_params", "http_headers", "proxy_url", "proxy_connect_header", "key", "cert"} {
		if !strings.Contains(string(shown), name+":") {
			t.Errorf("does not show that %s is configured:\n%s", name, shown)
		}
	}
	if summary := strings.Join(config.Summary(), "\n"); strings.Contains(summary, canary) {
		t.Errorf("the summary shows a secret: %s", summary)
	}
}

// publicFields are texts that are meant to be shown.
func publicFields() map[string]bool {
	return map[string]bool{
		"Username": true, "UsernameFile": true, "UsernameRef": true, "PasswordFile": true, "PasswordRef": true,
		"Type": true, "CredentialsFile": true, "CredentialsRef": true,
		"ClientID": true, "ClientSecretFile": true, "ClientSecretRef": true, "ClientCertificateKeyID": true,
		"ClientCertificateKeyFile": true, "ClientCertificateKeyRef": true, "GrantType": true, "SignatureAlgorithm": true,
		"Iss": true, "Audience": true, "Scopes": true, "TokenURL": true, "BearerTokenFile": true,
		"CAFile": true, "CertFile": true, "KeyFile": true, "CARef": true, "CertRef": true, "KeyRef": true, "ServerName": true,
		"NoProxy": true, "Files": true,
	}
}

// fill sets every text that is not public to the canary, and counts them.
func fill(value reflect.Value, proxy *url.URL) int {
	switch value.Kind() {
	case reflect.String:
		value.SetString(canary)
		return 1
	case reflect.Pointer:
		if value.Type() == reflect.TypeFor[*url.URL]() {
			value.Set(reflect.ValueOf(proxy))
			return 1
		}
		value.Set(reflect.New(value.Type().Elem()))
		return fill(value.Elem(), proxy)
	case reflect.Slice:
		value.Set(reflect.MakeSlice(value.Type(), 1, 1))
		return fill(value.Index(0), proxy)
	case reflect.Map:
		if value.Type().Elem().Kind() == reflect.Interface {
			return 0
		}
		element := reflect.New(value.Type().Elem()).Elem()
		filled := fill(element, proxy)
		value.Set(reflect.MakeMap(value.Type()))
		value.SetMapIndex(reflect.ValueOf("name").Convert(value.Type().Key()), element)
		return filled
	case reflect.Struct:
		filled := 0
		for i := range value.NumField() {
			if field := value.Type().Field(i); field.IsExported() && !publicFields()[field.Name] {
				filled += fill(value.Field(i), proxy)
			}
		}
		return filled
	default:
		return 0
	}
}
