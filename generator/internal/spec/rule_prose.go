package spec

import (
	"net/http"
	"strconv"

	"gopkg.in/yaml.v3"
)

// contractTitle is the title of the contract; OpenAPI demands one.
const contractTitle = "Opik"

var proseRule = rule{
	name: "prose",
	what: "Drops descriptions, summaries, titles, examples, links and contacts. A response, which must have a description, gets its status text; the document gets a title of ours.",
	apply: func(r *repair) {
		walk(r.root, documentKind, func(n *yaml.Node, k *kind) {
			for _, m := range k.members {
				if m.prose && remove(n, m.key) {
					r.note(n, "%s: %s dropped", k.name, m.key)
				}
			}
			switch k {
			case infoKind:
				r.setText(n, "title", contractTitle)
			case operationKind:
				for status, response := range entries(get(n, "responses")) {
					r.setText(response, "description", statusText(status.Value))
				}
			}
		})
	},
}

// setText sets a text member unless it is already so.
func (r *repair) setText(n *yaml.Node, key, value string) {
	if text(n, key) == value {
		return
	}
	set(n, key, str(value, n))
	r.note(n, "%s replaced by %q", key, value)
}

// statusText is the standard text of a status.
func statusText(status string) string {
	if code, err := strconv.Atoi(status); err == nil && http.StatusText(code) != "" {
		return http.StatusText(code)
	}
	if status == "default" {
		return "Any other status"
	}
	return "Status " + status
}
