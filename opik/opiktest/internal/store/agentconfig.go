package store

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// defaultEnv names the first blueprint of a configuration.
const defaultEnv = "prod"

// agentConfig is the configuration of the agent that a project is about.
type agentConfig struct {
	project    string
	blueprints []*Blueprint // oldest first
	envs       map[string]*Blueprint
}

// Blueprint is one state of a configuration, or a mask: values to lay over one.
type Blueprint struct {
	stamp
	ID, Name    string // a mask has no name
	Description string
	Mask        bool
	values      []doc.Object // by the order of their first appearance
	config      *agentConfig
}

// errBlueprintNotFound is the answer where a blueprint is asked for.
func errBlueprintNotFound() error { return apierr.Message(http.StatusNotFound, "Blueprint not found") }

// errNoConfig is the answer to a change of what does not exist.
func errNoConfig() error { return apierr.List(http.StatusNotFound, "Agent config not found") }

// CreateAgentConfig makes the configuration of a project.
func (s *Store) CreateAgentConfig(body doc.Object, user string) (*Blueprint, error) {
	if doc.String(doc.Member(body, "blueprint"), "type") == "mask" {
		return nil, apierr.Message(http.StatusBadRequest, "A configuration cannot begin with a mask")
	}
	p, err := s.projectForUpdate(body, user)
	if err != nil {
		return nil, err
	}
	if s.configs[p.ID] != nil {
		return nil, conflict("Agent config already exists for this project")
	}
	c := &agentConfig{project: p.ID, envs: map[string]*Blueprint{}}
	b, err := s.newBlueprint(c, doc.Member(body, "blueprint"), user)
	if err != nil {
		return nil, err
	}
	s.configs[p.ID] = c
	s.addBlueprint(b)
	c.envs[defaultEnv] = b
	return b, nil
}

// newBlueprint makes a blueprint or mask of a body. A blueprint holds what the
// latest one holds, with the values of the body added or in place of those.
func (s *Store) newBlueprint(c *agentConfig, body doc.Object, user string) (*Blueprint, error) {
	id, err := s.writeID(body, "Blueprint")
	if err != nil {
		return nil, err
	}
	if s.blueprints[id] != nil {
		return nil, conflict("Blueprint already exists with id '%s'", id)
	}
	b := &Blueprint{ID: id, config: c, Description: doc.String(body, "description"), Mask: doc.String(body, "type") == "mask", stamp: s.newStamp(user)}
	if latest := c.latest(); latest != nil && !b.Mask {
		b.values = latest.values
	}
	b.values = overlaid(b.values, doc.Objects(body, "values"))
	return b, nil
}

// addBlueprint makes a blueprint or mask known, and the blueprint the latest.
func (s *Store) addBlueprint(b *Blueprint) {
	s.blueprints[b.ID] = b
	if b.Mask {
		return
	}
	b.config.blueprints = append(b.config.blueprints, b)
	b.Name = "v" + strconv.Itoa(len(b.config.blueprints))
}

func (c *agentConfig) latest() *Blueprint {
	if len(c.blueprints) == 0 {
		return nil
	}
	return c.blueprints[len(c.blueprints)-1]
}

// overlaid returns the values with others added or in place of them.
func overlaid(values, others []doc.Object) []doc.Object {
	out := slices.Clone(values)
	for _, v := range others {
		v = doc.Clone(v)
		i := slices.IndexFunc(out, func(o doc.Object) bool { return o["key"] == v["key"] })
		if i < 0 {
			out = append(out, v)
		} else {
			out[i] = v
		}
	}
	return out
}

// configFor returns the configuration of the project that a body names.
func (s *Store) configFor(body doc.Object) (*agentConfig, error) {
	p, err := s.ProjectForRead(doc.String(body, "project_id"), doc.String(body, "project_name"))
	if err != nil {
		return nil, err
	}
	if c := s.configs[p.ID]; c != nil {
		return c, nil
	}
	return nil, errNoConfig()
}

// UpdateAgentConfig adds a blueprint or a mask.
func (s *Store) UpdateAgentConfig(body doc.Object, user string) (*Blueprint, error) {
	c, err := s.configFor(body)
	if err != nil {
		return nil, err
	}
	b, err := s.newBlueprint(c, doc.Member(body, "blueprint"), user)
	if err != nil {
		return nil, err
	}
	s.addBlueprint(b)
	return b, nil
}

// RemoveConfigKeys adds a blueprint without the keys; nil if it would have them all.
func (s *Store) RemoveConfigKeys(body doc.Object, user string) (*Blueprint, error) {
	c, err := s.configFor(body)
	if err != nil {
		return nil, err
	}
	keys := doc.Strings(body, "keys")
	old := c.latest().values
	left := slices.DeleteFunc(slices.Clone(old), func(v doc.Object) bool { return slices.Contains(keys, doc.String(v, "key")) })
	if len(left) == len(old) {
		return nil, nil
	}
	b := &Blueprint{ID: s.NewID(), config: c, values: left, stamp: s.newStamp(user)}
	s.addBlueprint(b)
	return b, nil
}

// ApplyMask adds a blueprint that is the latest one with a mask laid over it.
func (s *Store) ApplyMask(project, mask, user string) (*Blueprint, error) {
	c := s.configs[project]
	m := s.blueprints[mask]
	if c == nil || m == nil || !m.Mask || m.config != c {
		return nil, errBlueprintNotFound()
	}
	b := &Blueprint{ID: s.NewID(), config: c, Description: m.Description, values: overlaid(c.latest().values, m.values), stamp: s.newStamp(user)}
	s.addBlueprint(b)
	return b, nil
}

// Blueprint returns a blueprint or mask by its id.
func (s *Store) Blueprint(id string) (*Blueprint, error) {
	if b := s.blueprints[lower(id)]; b != nil {
		return b, nil
	}
	return nil, errBlueprintNotFound()
}

// Blueprints returns the blueprints of a project, the latest first.
func (s *Store) Blueprints(project string) []*Blueprint {
	c := s.configs[project]
	if c == nil {
		return nil
	}
	out := slices.Clone(c.blueprints)
	slices.Reverse(out)
	return out
}

// LatestBlueprint returns the latest blueprint of a project.
func (s *Store) LatestBlueprint(project string) (*Blueprint, error) {
	return s.findBlueprint(project, func(c *agentConfig) *Blueprint { return c.latest() })
}

// BlueprintByName returns the blueprint of a project with the name.
func (s *Store) BlueprintByName(project, name string) (*Blueprint, error) {
	return s.findBlueprint(project, func(c *agentConfig) *Blueprint {
		i := slices.IndexFunc(c.blueprints, func(b *Blueprint) bool { return b.Name == name })
		if i < 0 {
			return nil
		}
		return c.blueprints[i]
	})
}

// BlueprintByEnv returns the blueprint of a project that an environment names.
func (s *Store) BlueprintByEnv(project, env string) (*Blueprint, error) {
	return s.findBlueprint(project, func(c *agentConfig) *Blueprint { return c.envs[env] })
}

func (s *Store) findBlueprint(project string, find func(*agentConfig) *Blueprint) (*Blueprint, error) {
	if c := s.configs[project]; c != nil {
		if b := find(c); b != nil {
			return b, nil
		}
	}
	return nil, errBlueprintNotFound()
}

// SetEnv lets an environment of a project name a blueprint.
func (s *Store) SetEnv(project, env, blueprintName string) error {
	b, err := s.BlueprintByName(project, blueprintName)
	if err != nil {
		return err
	}
	b.config.envs[env] = b
	return nil
}

// SetEnvs lets environments of a project name blueprints by their ids: all or none.
func (s *Store) SetEnvs(project string, envs []doc.Object) error {
	found := map[string]*Blueprint{}
	for _, e := range envs {
		name := doc.String(e, "env_name")
		if found[name] != nil {
			return apierr.Message(http.StatusBadRequest, "Duplicate environment name '%s'", name)
		}
		b, err := s.Blueprint(doc.String(e, "blueprint_id"))
		if err != nil {
			return err
		}
		if b.Mask || b.config.project != project {
			return errBlueprintNotFound()
		}
		found[name] = b
	}
	for name, b := range found {
		b.config.envs[name] = b
	}
	return nil
}

// DeleteEnv removes an environment of a project; an unknown one is no error.
func (s *Store) DeleteEnv(project, env string) {
	if c := s.configs[project]; c != nil {
		delete(c.envs, env)
	}
}

// View is the blueprint as answers show it, with a mask laid over it unless that is nil.
func (b *Blueprint) View(mask *Blueprint) doc.Object {
	values := b.values
	if mask != nil {
		values = overlaid(values, mask.values)
	}
	return b.view(values)
}

// Delta is the blueprint with those values only that the one before it does not have.
func (b *Blueprint) Delta() doc.Object {
	var before []doc.Object
	if i := slices.Index(b.config.blueprints, b); i > 0 {
		before = b.config.blueprints[i-1].values
	}
	return b.view(slices.DeleteFunc(slices.Clone(b.values), func(v doc.Object) bool {
		return slices.ContainsFunc(before, func(old doc.Object) bool { return string(doc.Encode(old)) == string(doc.Encode(v)) })
	}))
}

func (b *Blueprint) view(values []doc.Object) doc.Object {
	kind := "blueprint"
	if b.Mask {
		kind = "mask"
	}
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = v
	}
	o := doc.Object{"id": b.ID, "type": kind, "values": list}
	if b.Name != "" {
		o["name"] = b.Name
	}
	if b.Description != "" {
		o["description"] = b.Description
	}
	envs := []any{}
	for _, name := range sortedKeys(b.config.envs) {
		if b.config.envs[name] == b {
			envs = append(envs, name)
		}
	}
	o["envs"] = envs
	b.addTo(o)
	return o
}
