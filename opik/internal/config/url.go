package config

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	"github.com/opik-go/sdk/opik/internal/loopback"
)

// resolveURL finds the server: the configured URL, else the one that the API
// key names, else the cloud.
func (r *resolver) resolveURL(given *string, key Value[string]) {
	raw := r.text("url_override", "WithURL", given, "")
	if raw.V == "" {
		base, warning, err := serverOfKey(key.V)
		if err != nil {
			r.problem(ErrInvalid, "the API key from %s: %v", key.Source, err)
		}
		if warning != "" {
			r.warn("the API key from %s: %s", key.Source, warning)
		}
		switch {
		case base != "":
			raw = Value[string]{base, Source{Kind: FromAPIKey, Name: key.Source.String()}}
		default:
			raw = Value[string]{CloudURL, Source{Kind: FromDefault}}
		}
	}
	u, err := parseURL(raw.V)
	if err != nil {
		r.problem(ErrInvalid, "the server URL from %s: %v", raw.Source, err)
	}
	r.config.URL = Value[*url.URL]{u, raw.Source}
}

// parseURL checks a server URL and brings it into its normal form. Errors do
// not repeat the URL where it may hold a password.
func parseURL(raw string) (*url.URL, error) {
	if !strings.Contains(raw, "://") {
		if strings.ContainsAny(raw, "@?#") {
			return nil, errors.New("it has no scheme; write http:// or https:// before the host")
		}
		return nil, errors.New("it has no scheme; did you mean " + guessScheme(raw) + "://" + strings.TrimLeft(raw, "/") + "?")
	}
	u, err := url.Parse(raw)
	if err != nil {
		if strings.ContainsAny(raw, "@?#") {
			return nil, errors.New("it cannot be parsed; leave out a user name, a query and a fragment")
		}
		var parse *url.Error
		if errors.As(err, &parse) {
			err = parse.Err
		}
		return nil, errors.New("it cannot be parsed: " + err.Error())
	}
	switch {
	case u.User != nil:
		return nil, errors.New("it contains a user name; the API key is sent in a header, so leave out everything between // and @")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("its scheme is " + u.Scheme + ", not http or https")
	case u.Hostname() == "":
		return nil, errors.New("it has no host")
	case u.RawQuery != "" || u.ForceQuery:
		return nil, errors.New("it has a query; leave out the question mark and what follows")
	case strings.Contains(raw, "#"):
		return nil, errors.New("it has a fragment; leave out # and what follows")
	}
	return addPath(&url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host), Path: collapse(u.Path)}), nil
}

func guessScheme(raw string) string {
	host, _, _ := strings.Cut(strings.TrimLeft(raw, "/"), "/")
	if loopback.Host((&url.URL{Host: host}).Hostname()) {
		return "http"
	}
	return "https"
}

// collapse removes empty segments, which joining URLs by hand leaves behind,
// and the slash at the end.
func collapse(path string) string {
	var b strings.Builder
	for segment := range strings.SplitSeq(path, "/") {
		if segment != "" {
			b.WriteString("/" + segment)
		}
	}
	return b.String()
}

// bundledPort is the port at which the server's own docker compose set-up
// listens: the user interface at the root, the API below /api.
const bundledPort = "5173"

// addPath completes the addresses of the two places whose layout is known when
// the path of the API was left out. Any other URL is taken as it is: where the
// backend is reached directly, its API is at the root.
func addPath(u *url.URL) *url.URL {
	switch {
	case IsCloud(u) && (u.Path == "" || u.Path == "/opik"):
		u.Path = "/opik/api"
	case u.Port() == bundledPort && u.Path == "":
		u.Path = "/api"
	}
	return u
}

// IsCloud reports whether u is Opik's cloud.
func IsCloud(u *url.URL) bool {
	host := strings.ToLower(u.Hostname())
	return host == "comet.com" || host == "www.comet.com"
}

// serverOfKey returns the server that a key names. Such a key consists of the
// key proper, an asterisk, and the base64 of a JSON object with a member
// baseUrl. The whole of it is what authenticates. Errors and warnings do not
// repeat any of it.
func serverOfKey(key string) (server, warning string, err error) {
	parts := strings.Split(key, "*")
	switch {
	case len(parts) == 1:
		return "", "", nil
	case len(parts) > 2:
		return "", "it has more than one asterisk, so no server address is read from it", nil
	case parts[1] == "":
		return "", "nothing follows the asterisk, so no server address is read from it", nil
	}
	text := strings.TrimRight(parts[1], "=") // padding is often damaged by copying
	decoded, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return "", "", errors.New("what follows the asterisk is not base64; copy the key again")
	}
	var attributes struct {
		BaseURL string `json:"baseUrl"`
	}
	if err := json.Unmarshal(decoded, &attributes); err != nil {
		return "", "", errors.New("what follows the asterisk does not encode a JSON object; copy the key again")
	}
	if attributes.BaseURL == "" {
		return "", "", nil
	}
	base, err := url.Parse(attributes.BaseURL)
	if err != nil || base.Host == "" {
		return "", "", errors.New("the server address inside it cannot be parsed")
	}
	return base.ResolveReference(&url.URL{Path: "opik/api/"}).String(), "", nil
}
