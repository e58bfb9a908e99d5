package opik

import (
	"fmt"
	"net/http"
	"strings"
)

// ownHeaders are set by the client, with the option that says to what.
var ownHeaders = map[string]string{
	"Authorization":     "use WithAPIKey",
	"Comet-Workspace":   "use WithWorkspace",
	"Content-Encoding":  "use WithCompression",
	"Content-Length":    "it follows from the request",
	"Content-Type":      "it follows from the request",
	"Host":              "use WithURL",
	"Accept":            "it follows from the request",
	"Accept-Encoding":   "it follows from what can be read",
	"Connection":        "use WithHTTPClient",
	"Transfer-Encoding": "it follows from the request",
	"User-Agent":        "it names the SDK",
}

// checkHeader does not put the value into its error: it may be a credential.
func checkHeader(name, value string) error {
	if name == "" || strings.IndexFunc(name, func(r rune) bool { return !isTokenRune(r) }) >= 0 {
		return fmt.Errorf("%q is no name of a header", name)
	}
	if why, own := ownHeaders[http.CanonicalHeaderKey(name)]; own {
		return fmt.Errorf("%s is set by the client: %s", http.CanonicalHeaderKey(name), why)
	}
	if strings.IndexFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) >= 0 {
		return fmt.Errorf("the value of %s has a control character", name)
	}
	return nil
}

// isTokenRune reports whether RFC 9110 allows r in a header's name.
func isTokenRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~", r)
}
