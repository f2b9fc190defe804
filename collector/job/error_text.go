package job

import (
	"encoding/base64"
	"net/url"
	"strings"
)

// hidden stands where a credential stood.
const hidden = "(hidden)"

// ErrorText makes an upstream's error message fit to be shown: one line of at
// most 200 characters, without anything that may be a credential: the userinfo
// and query of URLs, however they are escaped, users with passwords before a
// host, values of keys such as token, and what follows Bearer.
func ErrorText(message string) string {
	words := strings.Fields(message)
	after := ""
	for i, word := range words {
		words[i] = withoutSecrets(word, after)
		after = word
	}
	return Clean(strings.Join(words, " "), LongestErrorText)
}

// withoutSecrets is one word of a text; after is the word before it.
func withoutSecrets(word, after string) string {
	plain := unescaped(word)
	switch {
	case followsScheme(word, after):
		return hidden
	case strings.Count(plain, "://") > strings.Count(word, "://"):
		return withoutCredentials(plain)
	case strings.Contains(word, "://"):
		return withoutCredentials(word)
	case hasPassword(plain):
		return hidden
	default:
		return withoutValues(word, plain)
	}
}

// followsScheme reports whether a word is what an Authorization header holds
// after its scheme.
func followsScheme(word, scheme string) bool {
	scheme = strings.ToLower(strings.TrimFunc(scheme, isPunctuation))
	switch {
	case strings.HasSuffix(scheme, "bearer"):
		return true
	case strings.HasSuffix(scheme, "basic"):
		decoded, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.TrimFunc(word, isPunctuation), "="))
		return err == nil && strings.Contains(string(decoded), ":")
	default:
		return false
	}
}

func isPunctuation(r rune) bool { return strings.ContainsRune(`"'.,;:!?()[]{}<>\`, r) }

// unescaped undoes what JSON and URLs do to a text that is quoted in them, also
// where that was done several times.
func unescaped(word string) string {
	if !strings.ContainsAny(word, `\%`) {
		return word
	}
	const mostTimes = 4
	escapes := strings.NewReplacer(`\/`, "/", `\u0026`, "&", `\u003d`, "=", `\u003D`, "=", `\u0040`, "@", `\"`, `"`, `\\`, `\`)
	for range mostTimes {
		before := word
		word = escapes.Replace(word)
		word = percentDecoded(word)
		if word == before {
			break
		}
	}
	return word
}

// percentDecoded decodes what is percent-encoded and leaves a stray % alone.
func percentDecoded(word string) string {
	if !strings.Contains(word, "%") {
		return word
	}
	var decoded strings.Builder
	for i := 0; i < len(word); i++ {
		if word[i] == '%' && i+2 < len(word) {
			if one, err := url.PathUnescape(word[i : i+3]); err == nil {
				decoded.WriteString(one)
				i += 2
				continue
			}
		}
		decoded.WriteByte(word[i])
	}
	return decoded.String()
}

// hasPassword reports whether a word looks like user:password@host or
// user/password@host, as database drivers write it. An image's digest does not.
func hasPassword(word string) bool {
	at := strings.LastIndexByte(word, '@')
	if at <= 0 || strings.HasPrefix(word[at:], "@sha256:") {
		return false
	}
	return strings.ContainsAny(word[:at], ":/")
}

// withoutValues hides the values of keys that are called like secrets, in
// key=value and "key":"value".
func withoutValues(word, plain string) string {
	if !strings.ContainsAny(plain, "=:") {
		return word
	}
	pairs := strings.FieldsFunc(plain, func(r rune) bool { return strings.ContainsRune("&;,?{}()[]", r) })
	for _, pair := range pairs {
		split := strings.IndexAny(pair, "=:")
		if split < 0 || !isSecretKey(pair[:split]) || strings.Trim(pair[split+1:], `"'\`) == "" {
			continue
		}
		kept, _, found := strings.Cut(word, pair)
		if !found { // escaped: where it stands cannot be said
			return hidden
		}
		return kept + pair[:split+1] + hidden
	}
	return word
}

// isSecretKey reports whether a key is called like a secret.
func isSecretKey(key string) bool {
	key = strings.ToLower(strings.NewReplacer("_", "", "-", "", ".", "").Replace(key))
	for _, name := range []string{"token", "secret", "password", "passwd", "passphrase", "pwd", "signature", "credential", "apikey", "accesskey", "authorization", "sessionid"} {
		if strings.Contains(key, name) {
			return true
		}
	}
	return strings.Trim(key, `"'\`) == "sig"
}

// withoutCredentials drops the userinfo, query and fragment of a URL that may
// have punctuation around it. What cannot be parsed is dropped whole.
func withoutCredentials(word string) string {
	start := strings.IndexFunc(word, func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' })
	end := strings.LastIndexFunc(word, func(r rune) bool { return !strings.ContainsRune(`"'.,;:!?)]}>`, r) }) + 1
	if start < 0 || start >= end {
		return "(a URL)"
	}
	location, err := url.Parse(word[start:end])
	if err != nil {
		return word[:start] + "(a URL)" + word[end:]
	}
	location.User, location.RawQuery, location.Fragment = nil, "", ""
	location.ForceQuery = false
	if strings.ContainsAny(location.Opaque+location.Path, "@;") { // credentials of another URL within this one, or parameters
		return word[:start] + "(a URL)" + word[end:]
	}
	return word[:start] + location.String() + word[end:]
}
