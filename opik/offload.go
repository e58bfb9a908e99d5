package opik

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/opik-go/sdk/opik/internal/message"
	"github.com/opik-go/sdk/opik/internal/uploader"
)

// offloadNumbers is how many names of offloaded members there are for one millisecond.
const offloadNumbers = 99_999_999

// offload says how a member of a record that is too large can be made an attachment of
// the entity that the record is about, in the project that it is in, and what the member
// is to say instead, in the way of Opik's other SDKs. keep is nil if nothing can be
// attached to such records. If the attachment cannot be kept, it counts as lost.
func (c *Client) offload(kind *message.Kind, key, member string, record []byte) (placeholder string, keep func(content []byte)) {
	id := message.EntityID(key)
	if kind.Attach == "" || id == "" {
		return "", nil
	}
	file := uploader.File{
		EntityType: kind.Attach, EntityID: id, MIMEType: "application/json", Project: c.projectName(projectOf(record), ""),
		Name: fmt.Sprintf("%s-attachment-%d-%d-sdk.json", member, 1+rand.IntN(offloadNumbers), time.Now().UnixMilli()),
	}
	return "[" + file.Name + "]", func(content []byte) {
		// The uploader counts and reports what it refuses.
		_ = c.uploads.Add(file, uploader.Content{Data: content})
	}
}

// projectOf returns the project that a record names, or "".
func projectOf(record []byte) string {
	var r struct {
		ProjectName string `json:"project_name"`
	}
	// A record without a project has none.
	_ = json.Unmarshal(record, &r)
	return r.ProjectName
}
