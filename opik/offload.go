package opik

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/opik-go/sdk/opik/internal/message"
	"github.com/opik-go/sdk/opik/internal/pipeline"
	"github.com/opik-go/sdk/opik/internal/uploader"
)

// offloadNumbers is how many names of offloaded members there are for one millisecond.
const offloadNumbers = 99_999_999

// offload makes an attachment of a member of a record that the server finds too large:
// of the entity that the record is about, in the project that it is in. It returns what
// the member is to say instead, in the way of Opik's other SDKs. ok is false if nothing
// can be attached to such records, or the attachment cannot be kept.
func (c *Client) offload(kind *message.Kind, key, member string, content, record []byte) (placeholder string, ok bool) {
	id := message.EntityID(key)
	if kind.Attach == "" || id == "" {
		return "", false
	}
	name := fmt.Sprintf("%s-attachment-%d-%d-sdk.json", member, 1+rand.IntN(offloadNumbers), time.Now().UnixMilli())
	err := c.uploads.Add(uploader.File{
		EntityType: kind.Attach, EntityID: id, Name: name, MIMEType: "application/json", Project: c.projectName(projectOf(record), ""),
	}, uploader.Content{Data: content})
	if err != nil && !errors.Is(err, pipeline.ErrNotDurable) { // which is queued all the same
		return "", false
	}
	return "[" + name + "]", true
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
