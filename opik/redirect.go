package opik

import (
	"encoding/base64"
	"net/url"
	"strings"
)

// redirectURL returns an address of the server that sends a browser on to the page of
// an entity, which belongs to a dataset. The server learns its own address, as the
// browser has it, from the path.
func (c *Client) redirectURL(collection, parameter, id, dataset string) string {
	base := c.REST().BaseURL()
	var b strings.Builder
	b.WriteString(base + "/v1/session/redirect/" + collection + "/?" + parameter + "=" + url.QueryEscape(id))
	if dataset != "" {
		b.WriteString("&dataset_id=" + url.QueryEscape(dataset))
	}
	// Of the characters of base64 only the plus means something else in a query.
	b.WriteString("&path=" + strings.ReplaceAll(base64.StdEncoding.EncodeToString([]byte(base)), "+", "%2B"))
	return b.String()
}
