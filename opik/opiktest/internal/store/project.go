package store

import (
	"net/http"
	"strings"
	"time"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// Project is a project of the workspace.
type Project struct {
	ID          string
	Name        string
	Description string
	Visibility  string
	stamp
	lastTrace time.Time
}

// View is the project as answers show it.
func (p *Project) View() doc.Object {
	o := doc.Object{"id": p.ID, "name": p.Name, "visibility": p.Visibility}
	if p.Description != "" {
		o["description"] = p.Description
	}
	if !p.lastTrace.IsZero() {
		o["last_updated_trace_at"] = doc.FormatTime(p.lastTrace)
	}
	p.addTo(o)
	return o
}

// ErrProjectNotFound is the answer where a project is asked for by id or name.
func ErrProjectNotFound() error { return apierr.List(http.StatusNotFound, "Project not found") }

// ProjectByID returns the project, or nil.
func (s *Store) ProjectByID(id string) *Project { return s.projects[id] }

// ProjectByName returns the project, or nil. Names are compared without regard
// to case.
func (s *Store) ProjectByName(name string) *Project {
	for _, p := range s.projects {
		if strings.EqualFold(p.Name, name) {
			return p
		}
	}
	return nil
}

// Projects returns all projects, in no order.
func (s *Store) Projects() []*Project {
	out := make([]*Project, 0, len(s.projects))
	for _, p := range s.projects {
		out = append(out, p)
	}
	return out
}

// CreateProject adds a project from the request body.
func (s *Store) CreateProject(body doc.Object, user string) (*Project, error) {
	name := doc.String(body, "name")
	if s.ProjectByName(name) != nil {
		return nil, apierr.List(http.StatusConflict, "Project already exists")
	}
	p := s.addProject(name, user)
	p.Description = doc.String(body, "description")
	if v := doc.String(body, "visibility"); v != "" {
		p.Visibility = v
	}
	return p, nil
}

func (s *Store) addProject(name, user string) *Project {
	p := &Project{ID: s.NewID(), Name: name, Visibility: "private", stamp: s.newStamp(user)}
	s.projects[p.ID] = p
	return p
}

// UpdateProject overwrites the members that the body has.
func (s *Store) UpdateProject(id string, body doc.Object, user string) error {
	p := s.projects[id]
	if p == nil {
		return ErrProjectNotFound()
	}
	if name := doc.String(body, "name"); name != "" {
		if other := s.ProjectByName(name); other != nil && other != p {
			return apierr.List(http.StatusConflict, "Project already exists")
		}
		p.Name = name
	}
	if d, ok := body["description"].(string); ok {
		p.Description = d
	}
	if v := doc.String(body, "visibility"); v != "" {
		p.Visibility = v
	}
	p.stamp = s.touch(p.stamp, user)
	return nil
}

// DeleteProject removes the project. Its traces stay, as on the server.
func (s *Store) DeleteProject(id string) { delete(s.projects, id) }

// projectForWrite returns the project with the name, which it creates if it is
// missing. A blank name means the default project.
func (s *Store) projectForWrite(name, user string) *Project {
	if strings.TrimSpace(name) == "" {
		name = DefaultProject
	}
	if p := s.ProjectByName(name); p != nil {
		return p
	}
	return s.addProject(name, user)
}

// projectForUpdate resolves the project of a body with project_id or project_name.
func (s *Store) projectForUpdate(body doc.Object, user string) (*Project, error) {
	if id := doc.String(body, "project_id"); id != "" {
		if p := s.projects[lower(id)]; p != nil {
			return p, nil
		}
		return nil, ErrProjectNotFound()
	}
	return s.projectForWrite(doc.String(body, "project_name"), user), nil
}

// ProjectForRead resolves the two ways to name a project in reads. Neither given
// is an error of status 400, an unknown one of status 404.
func (s *Store) ProjectForRead(id, name string) (*Project, error) {
	var p *Project
	switch {
	case id != "":
		p = s.projects[lower(id)]
	case strings.TrimSpace(name) != "":
		p = s.ProjectByName(name)
	default:
		return nil, apierr.Message(http.StatusBadRequest,
			"Either 'project_name' or 'project_id' query params must be provided")
	}
	if p == nil {
		return nil, ErrProjectNotFound()
	}
	return p, nil
}

func lower(id string) string { return strings.ToLower(id) }
