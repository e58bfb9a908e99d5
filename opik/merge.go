package opik

import (
	"encoding/json"

	"github.com/opik-go/sdk/opik/internal/jsonenc"
)

// maxMergeDepth is how many levels of objects are merged; below it the later
// value replaces the earlier one whole.
const maxMergeDepth = 10

// mergeJSON merges two encoded values: members of objects are united, and where
// both have one the later wins, level by level. Anything but two objects is
// replaced.
//
// Values are encoded when they are handed over and merged in that form, so that a
// merge never sees what the caller did to a map since.
func mergeJSON(earlier, later jsonenc.Raw) jsonenc.Raw {
	merged, ok := mergeObjects(json.RawMessage(earlier), json.RawMessage(later), maxMergeDepth)
	if !ok {
		return later
	}
	return jsonenc.Raw(merged)
}

// mergeObjects reports false if the two are not both objects.
func mergeObjects(earlier, later json.RawMessage, depth int) (json.RawMessage, bool) {
	if depth == 0 || !isObject(earlier) || !isObject(later) {
		return nil, false
	}
	var members, winning map[string]json.RawMessage
	if json.Unmarshal(earlier, &members) != nil || json.Unmarshal(later, &winning) != nil {
		return nil, false
	}
	for name, value := range winning {
		if merged, ok := mergeObjects(members[name], value, depth-1); ok {
			value = merged
		}
		members[name] = value
	}
	merged, err := json.Marshal(members)
	return merged, err == nil
}

func isObject(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '{' }
