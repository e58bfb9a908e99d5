package store

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// PromptVersion is a version of a prompt.
type PromptVersion struct {
	stamp
	ID, Commit, Number string
	Template, Type     string
	kind               string // a version, or a mask
	changeDescription  string
	metadata           any
	tags, environments []string
	prompt             *Prompt
}

// maskKind is a version that stands beside the others.
const maskKind = "mask"

// Prompt returns the prompt that the version belongs to.
func (v *PromptVersion) Prompt() *Prompt { return v.prompt }

func errPromptVersionNotFound() error {
	return apierr.Message(http.StatusNotFound, "Prompt version not found")
}

// View is the version as lists show it.
func (v *PromptVersion) View() doc.Object {
	o := doc.Object{
		"id": v.ID, "prompt_id": v.prompt.ID, "commit": v.Commit, "template": v.Template, "type": v.Type,
		"template_structure": v.prompt.Structure, "version_type": v.kind,
		"created_at": doc.FormatTime(v.created), "created_by": v.createdBy,
	}
	for member, text := range map[string]string{"version_number": v.Number, "change_description": v.changeDescription} {
		if text != "" {
			o[member] = text
		}
	}
	if v.metadata != nil {
		o["metadata"] = v.metadata
	}
	setUnlessEmpty(o, "tags", doc.FromStrings(v.tags))
	setUnlessEmpty(o, "environments", doc.FromStrings(v.environments))
	return o
}

// Detail is the version as it is shown alone: with the names in its template.
func (v *PromptVersion) Detail() doc.Object {
	o := v.View()
	if v.Type == "mustache" {
		o["variables"] = doc.FromStrings(variables(v.Template))
	}
	return o
}

// Link is the version as experiments refer to it: where its id is written it has
// another name than where it is read.
func (v *PromptVersion) Link() doc.Object {
	return doc.Object{"prompt_version_id": v.ID, "commit": v.Commit, "prompt_id": v.prompt.ID, "prompt_name": v.prompt.Name}
}

var mustacheTag = regexp.MustCompile(`\{\{\{?\s*([#^&]?)\s*([^{}!>/=\s][^{}]*?)\s*\}\}`)

// variables returns the names in a mustache template, in order of appearance.
func variables(template string) []string {
	var names []string
	for _, m := range mustacheTag.FindAllStringSubmatch(template, -1) {
		names = union(names, m[2:3])
	}
	return names
}

var promptCommit = regexp.MustCompile(`^[a-zA-Z0-9]{8}$`)

// IsPromptCommit tells whether a text can be a commit.
func IsPromptCommit(s string) bool { return promptCommit.MatchString(s) }

// addPromptVersion adds a version from the part of a body that describes it.
func (s *Store) addPromptVersion(p *Prompt, body doc.Object, user string) (*PromptVersion, error) {
	id, err := s.writeID(body, "prompt version")
	if err != nil {
		return nil, err
	}
	v := &PromptVersion{
		ID: id, Commit: doc.String(body, "commit"), Template: doc.String(body, "template"), Type: doc.String(body, "type"),
		kind: doc.String(body, "version_type"), changeDescription: doc.String(body, "change_description"),
		metadata: body["metadata"], tags: union(nil, doc.Strings(body, "tags")), prompt: p, stamp: s.newStamp(user),
	}
	if v.Commit == "" {
		v.Commit = id[len(id)-8:]
	}
	if v.Type == "" {
		v.Type = "mustache"
	}
	if v.kind == "" {
		v.kind = "prompt_version"
	}
	if other, _ := s.PromptVersion(id); other != nil || p.find(func(o *PromptVersion) bool { return o.Commit == v.Commit }) != nil {
		return nil, apierr.Message(http.StatusConflict, "Prompt version already exists")
	}
	if v.kind == maskKind {
		p.masks = append(p.masks, v)
		return v, nil
	}
	v.Number = "v" + strconv.Itoa(len(p.versions)+1)
	p.versions = append(p.versions, v)
	s.SetPromptEnvironments(v, doc.Strings(body, "environments"))
	return v, nil
}

// find returns the version that meets a condition, masks included, or nil.
func (p *Prompt) find(is func(*PromptVersion) bool) *PromptVersion {
	for _, list := range [][]*PromptVersion{p.versions, p.masks} {
		if i := slices.IndexFunc(list, is); i >= 0 {
			return list[i]
		}
	}
	return nil
}

// Choose returns the version that a query asks for, the latest if it asks for none.
func (p *Prompt) Choose(commit, number, environment, mask string) (*PromptVersion, error) {
	v := p.Latest()
	switch {
	case mask != "":
		v = p.find(func(v *PromptVersion) bool { return v.kind == maskKind && v.ID == lower(mask) })
	case commit != "":
		v = p.find(func(v *PromptVersion) bool { return v.Commit == commit })
	case number != "":
		v = p.find(func(v *PromptVersion) bool { return v.Number == number })
	case environment != "":
		v = p.find(func(v *PromptVersion) bool { return slices.Contains(v.environments, environment) })
	}
	if v == nil {
		return nil, errPromptVersionNotFound()
	}
	return v, nil
}

// PromptVersion returns the version with the id, of whichever prompt.
func (s *Store) PromptVersion(id string) (*PromptVersion, error) {
	for _, p := range s.prompts {
		if v := p.find(func(v *PromptVersion) bool { return v.ID == lower(id) }); v != nil {
			return v, nil
		}
	}
	return nil, errPromptVersionNotFound()
}

// Versions returns the versions, newest first.
func (p *Prompt) Versions() []*PromptVersion {
	out := slices.Clone(p.versions)
	slices.Reverse(out)
	return out
}

// RestorePromptVersion makes a new version that is as an old one.
func (s *Store) RestorePromptVersion(p *Prompt, id, user string) (*PromptVersion, error) {
	from := p.find(func(v *PromptVersion) bool { return v.ID == lower(id) })
	if from == nil {
		return nil, errPromptVersionNotFound()
	}
	v, err := s.addPromptVersion(p, doc.Object{
		"template": from.Template, "type": from.Type, "metadata": from.metadata,
		"change_description": "Restored from version " + from.Commit,
	}, user)
	if err == nil {
		p.stamp = s.touch(p.stamp, user)
	}
	return v, err
}

// TagPromptVersions changes the tags of versions. Unknown ids are skipped.
func (s *Store) TagPromptVersions(ids []string, update doc.Object, merge bool) error {
	for _, id := range ids {
		v, _ := s.PromptVersion(id)
		if v == nil {
			continue
		}
		tags, err := batchTags(v.tags, doc.Object{"tags": update["tags"]}, merge)
		if err != nil {
			return err
		}
		if tags != nil {
			v.tags = tags
		}
	}
	return nil
}

// SetPromptEnvironments says which environments a version is for. No other version
// of the prompt is for them then.
func (s *Store) SetPromptEnvironments(v *PromptVersion, environments []string) {
	for _, other := range v.prompt.versions {
		other.environments = slices.DeleteFunc(slices.Clone(other.environments), func(e string) bool { return slices.Contains(environments, e) })
	}
	v.environments = union(nil, environments)
}

// Mentions tells whether a version has a text in what people wrote about it.
func (v *PromptVersion) Mentions(text string) bool {
	return slices.ContainsFunc([]string{v.Template, v.changeDescription, v.Commit}, func(s string) bool {
		return strings.Contains(strings.ToLower(s), strings.ToLower(text))
	})
}
