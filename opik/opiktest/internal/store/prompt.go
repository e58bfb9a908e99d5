package store

import (
	"net/http"
	"slices"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// The structures of prompts.
const (
	textStructure = "text"
	chatStructure = "chat"
)

// Prompt is a prompt of the workspace. What it says is in its versions.
type Prompt struct {
	stamp
	ID, Name, Description string
	Structure             string
	Project               string // id, "" if it belongs to none
	Tags                  []string
	versions              []*PromptVersion // oldest first, without masks
	masks                 []*PromptVersion
}

// ErrPromptNotFound is the answer where a prompt is asked for.
func ErrPromptNotFound() error { return apierr.Message(http.StatusNotFound, "Prompt not found") }

// View is the prompt as lists show it.
func (p *Prompt) View() doc.Object {
	o := doc.Object{"id": p.ID, "name": p.Name, "template_structure": p.Structure, "version_count": len(p.versions)}
	if p.Description != "" {
		o["description"] = p.Description
	}
	if p.Project != "" {
		o["project_id"] = p.Project
	}
	setUnlessEmpty(o, "tags", doc.FromStrings(p.Tags))
	p.addTo(o)
	return o
}

// Detail is the prompt with its latest version, and with the one that was asked
// for, if that is not nil.
func (p *Prompt) Detail(requested *PromptVersion) doc.Object {
	o := p.View()
	if v := p.Latest(); v != nil {
		o["latest_version"] = v.Detail()
	}
	if requested != nil {
		o["requested_version"] = requested.Detail()
	}
	return o
}

// Latest returns the newest version, nil if there is none yet.
func (p *Prompt) Latest() *PromptVersion {
	if len(p.versions) == 0 {
		return nil
	}
	return p.versions[len(p.versions)-1]
}

// Prompts returns all prompts, in no order.
func (s *Store) Prompts() []*Prompt {
	out := make([]*Prompt, 0, len(s.prompts))
	for _, p := range s.prompts {
		out = append(out, p)
	}
	return out
}

// Prompt returns the prompt with the id.
func (s *Store) Prompt(id string) (*Prompt, error) {
	if p := s.prompts[lower(id)]; p != nil {
		return p, nil
	}
	return nil, ErrPromptNotFound()
}

// PromptByName returns the prompt with the name, or nil. Names are unique in a
// workspace, whatever the project.
func (s *Store) PromptByName(name string) *Prompt {
	for _, p := range s.prompts {
		if p.Name == name {
			return p
		}
	}
	return nil
}

func errPromptExists() error {
	return apierr.Message(http.StatusConflict, "Prompt id or name already exists")
}

// CreatePrompt adds a prompt from the request body, and its first version if the
// body has a template.
func (s *Store) CreatePrompt(body doc.Object, user string) (*Prompt, error) {
	id, err := s.writeID(body, "prompt")
	if err != nil {
		return nil, err
	}
	if s.prompts[id] != nil || s.PromptByName(doc.String(body, "name")) != nil {
		return nil, errPromptExists()
	}
	p, err := s.addPrompt(id, body, user)
	if err != nil {
		return nil, err
	}
	if doc.String(body, "template") == "" {
		return p, nil
	}
	version := doc.Object{}
	for _, member := range []string{"template", "type", "metadata", "change_description"} {
		version[member] = body[member]
	}
	_, err = s.addPromptVersion(p, version, user)
	return p, err
}

func (s *Store) addPrompt(id string, body doc.Object, user string) (*Prompt, error) {
	project, err := s.optionalProject(body, user)
	if err != nil {
		return nil, err
	}
	p := &Prompt{
		ID: id, Name: doc.String(body, "name"), Description: doc.String(body, "description"),
		Structure: structureOf(body), Project: project, Tags: union(nil, doc.Strings(body, "tags")), stamp: s.newStamp(user),
	}
	s.prompts[id] = p
	return p, nil
}

func structureOf(body doc.Object) string {
	if v := doc.String(body, "template_structure"); v != "" {
		return v
	}
	return textStructure
}

// UpdatePrompt replaces the members that an update has.
func (s *Store) UpdatePrompt(id string, body doc.Object, user string) error {
	p, err := s.Prompt(id)
	if err != nil {
		return err
	}
	name := doc.String(body, "name")
	if other := s.PromptByName(name); other != nil && other != p {
		return errPromptExists()
	}
	p.Name, p.Description = name, doc.String(body, "description")
	if body["tags"] != nil {
		p.Tags = union(nil, doc.Strings(body, "tags"))
	}
	p.stamp = s.touch(p.stamp, user)
	return nil
}

// DeletePrompt removes a prompt with all its versions, and tells whether there was one.
func (s *Store) DeletePrompt(id string) bool {
	_, found := s.prompts[lower(id)]
	delete(s.prompts, lower(id))
	return found
}

// CreatePromptVersion adds a version to the prompt that the body names, which is
// created if there is none.
func (s *Store) CreatePromptVersion(body doc.Object, user string) (*PromptVersion, error) {
	p := s.PromptByName(doc.String(body, "name"))
	if p == nil {
		var err error
		if p, err = s.addPrompt(s.NewID(), doc.Without(body, "description", "tags"), user); err != nil {
			return nil, err
		}
	}
	if wanted := doc.String(body, "template_structure"); wanted != "" && wanted != p.Structure {
		return nil, apierr.Message(http.StatusBadRequest, "Template structure mismatch: the prompt '%s' is of structure '%s'", p.Name, p.Structure)
	}
	v, err := s.addPromptVersion(p, doc.Member(body, "version"), user)
	if err == nil {
		p.stamp = s.touch(p.stamp, user)
	}
	return v, err
}

// PromptsWithCommit returns the versions with a commit, of all prompts.
func (s *Store) PromptsWithCommit(commit string) []*PromptVersion {
	var found []*PromptVersion
	for _, p := range s.prompts {
		if i := slices.IndexFunc(p.versions, func(v *PromptVersion) bool { return v.Commit == commit }); i >= 0 {
			found = append(found, p.versions[i])
		}
	}
	return found
}
