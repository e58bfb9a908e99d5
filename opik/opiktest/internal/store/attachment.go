package store

import (
	"net/http"
	"slices"
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/objectstore"
)

// attachmentKey identifies an attachment. Like scores, attachments are kept for the
// project that they were written to, and never shown in another.
type attachmentKey struct {
	Project string
	entity
	FileName string
}

// attachmentEntities are the words for what files are attached to.
var attachmentEntities = map[string]EntityType{"trace": TraceEntity, "span": SpanEntity}

// Attachment is a file that is attached to a trace or span.
type Attachment struct {
	FileName string
	objectstore.Object
}

// attachmentOf returns the entity that the members or parameters name.
func attachmentOf(entityType, id string) entity {
	return entity{attachmentEntities[entityType], lower(id)}
}

// Attach stores a file; one of the same name is replaced. The trace or span need not exist.
func (s *Store) Attach(projectName, entityType, id, user string, a Attachment) {
	p := s.projectForWrite(projectName, user)
	s.attachments[attachmentKey{p.ID, attachmentOf(entityType, id), a.FileName}] = &a
}

// Attachments returns the files of a trace or span of a project, by name.
func (s *Store) Attachments(project, entityType, id string) []*Attachment {
	var out []*Attachment
	for k, a := range s.attachments {
		if k.Project == lower(project) && k.entity == attachmentOf(entityType, id) {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(a, b *Attachment) int { return strings.Compare(a.FileName, b.FileName) })
	return out
}

// Attachment returns one file.
func (s *Store) Attachment(project, entityType, id, name string) (*Attachment, error) {
	if a := s.attachments[attachmentKey{lower(project), attachmentOf(entityType, id), name}]; a != nil {
		return a, nil
	}
	return nil, apierr.Message(http.StatusNotFound, "Attachment '%s' not found", name)
}

// DeleteAttachments removes files by their names; unknown ones are no error.
func (s *Store) DeleteAttachments(body doc.Object) {
	e := attachmentOf(doc.String(body, "entity_type"), doc.String(body, "entity_id"))
	for _, name := range doc.Strings(body, "file_names") {
		delete(s.attachments, attachmentKey{lower(doc.String(body, "container_id")), e, name})
	}
}

// dropAttachments removes the files of an entity that was deleted.
func (s *Store) dropAttachments(e entity) {
	for k := range s.attachments {
		if k.entity == e {
			delete(s.attachments, k)
		}
	}
}

// View is the attachment as lists show it; link is where it can be read.
func (a *Attachment) View(link string) doc.Object {
	return doc.Object{"file_name": a.FileName, "file_size": len(a.Content), "mime_type": a.MediaType, "link": link}
}
