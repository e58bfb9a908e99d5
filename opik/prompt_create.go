package opik

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/uuid7"
)

// CreatePromptParams holds the optional inputs of [Client.CreatePrompt] and
// [Client.CreateChatPrompt].
type CreatePromptParams struct {
	// Type is the language of the template, by default [PromptTypeMustache].
	Type PromptType
	// Metadata belongs to the version: an object, or what encodes to one. Nil and an
	// empty object are the same.
	Metadata any
	// ChangeDescription says what is new in the version.
	ChangeDescription string
	// Description says what the prompt is for, in up to 255 characters. That of a
	// prompt that exists is changed; the empty text leaves it.
	Description string
	// Tags of the prompt. Those of a prompt that exists are replaced, also by an
	// empty list that is not nil; nil leaves them.
	Tags []string
	// ProjectName is the project that the prompt is put in and looked for first, by
	// default the client's project.
	ProjectName string
	// ID is the id of a prompt that does not exist yet, a UUID of version 7; by
	// default a new one.
	ID string
}

// CreatePrompt makes sure that the text prompt with the name exists and that its
// latest version is as given, and returns it. If there is no such prompt it is
// created, if its template, type or metadata are others it gets a new version, and
// else it stays as it is, and params.ChangeDescription is of no use. So programs can
// keep their prompts in their code, and call it at each start.
//
// It blocks for one request if nothing changes, and for up to four otherwise. It
// fails with [ErrPromptStructure] if there is a chat prompt of that name, and with a
// [*ValidationError] if the name or the template is blank. If two programs create the
// same prompt at the same time, one creates it and the other finds it.
func (c *Client) CreatePrompt(ctx context.Context, name, template string, params CreatePromptParams, opts ...CallOption) (*Prompt, error) {
	record, state, err := c.ensurePrompt(ctx, "Client.CreatePrompt", name, PromptStructureText, template, params, opts)
	if err != nil {
		return nil, err
	}
	h := newPrompt(c, record)
	h.promptState = state
	return h, nil
}

// CreateChatPrompt is [Client.CreatePrompt] for messages. The order of members and
// blanks in what the server has do not count. It fails with a [*ValidationError] for
// each thing about the messages that other clients of the server would refuse, all
// of them joined: a role other than system, user and assistant, a part without a
// type, media without a URL.
func (c *Client) CreateChatPrompt(ctx context.Context, name string, messages []ChatMessage, params CreatePromptParams, opts ...CallOption) (*ChatPrompt, error) {
	template, err := encodeMessages("Client.CreateChatPrompt", messages)
	if err != nil {
		return nil, err
	}
	record, state, err := c.ensurePrompt(ctx, "Client.CreateChatPrompt", name, PromptStructureChat, template, params, opts)
	if err != nil {
		return nil, err
	}
	h := newChatPrompt(c, record)
	h.promptState = chatState(state)
	return h, nil
}

// promptDraft is a version of a prompt as it shall be.
type promptDraft struct {
	name      string
	structure PromptStructure
	template  string
	metadata  json.RawMessage
	params    CreatePromptParams
}

func newPromptDraft(method, name string, structure PromptStructure, template string, params CreatePromptParams) (promptDraft, error) {
	d := promptDraft{name: name, structure: structure, template: template, params: params}
	if d.params.Type == "" {
		d.params.Type = PromptTypeMustache
	}
	for field, text := range map[string]string{"name": name, "template": template} {
		if strings.TrimSpace(text) == "" {
			return d, &ValidationError{Method: method, Field: field, Reason: "is blank"}
		}
	}
	var err error
	if d.metadata, err = metadataOf(params.Metadata); err != nil {
		return d, &ValidationError{Method: method, Field: "params.Metadata", Reason: "cannot be encoded", Err: err}
	}
	if d.metadata != nil && !isObject(d.metadata) {
		return d, &ValidationError{Method: method, Field: "params.Metadata", Reason: "is no object"}
	}
	return d, nil
}

// metadataOf returns metadata as it is stored: nothing for null and for an object
// without members, which are the same.
func metadataOf(v any) (json.RawMessage, error) {
	raw, err := json.Marshal(v)
	if err != nil || string(raw) == "null" || string(raw) == "{}" {
		return nil, err
	}
	return raw, nil
}

// ensurePrompt returns the prompt that is as the draft says.
func (c *Client) ensurePrompt(ctx context.Context, method, name string, structure PromptStructure, template string, params CreatePromptParams, opts []CallOption) (rest.Prompt, promptState, error) {
	d, err := newPromptDraft(method, name, structure, template, params)
	if err == nil && c == nil {
		err = ErrNilClient
	}
	if err != nil {
		return rest.Prompt{}, promptState{}, err
	}
	d.params.ProjectName = c.projectName(d.params.ProjectName, "")
	readAt := time.Now()
	record, version, err := c.ensure(ctx, d, opts)
	if err != nil {
		return rest.Prompt{}, promptState{}, err
	}
	c.rememberPrompt(name, d.params.ProjectName, version, readAt)
	return record, promptState{version: *version, readAt: readAt}, nil
}

func (c *Client) ensure(ctx context.Context, d promptDraft, opts []CallOption) (rest.Prompt, *rest.PromptVersion, error) {
	latest, err := c.latestVersion(ctx, d, opts)
	if errors.Is(err, ErrNotFound) {
		var record *rest.Prompt
		record, err = c.createFirst(ctx, d, opts)
		if err == nil {
			return *record, record.LatestVersion, nil
		}
		if errors.Is(err, ErrConflict) {
			// Somebody was faster, or this request was answered and the answer lost.
			latest, err = c.latestVersion(ctx, d, opts)
		}
	}
	if err != nil {
		return rest.Prompt{}, nil, err
	}
	if err := checkStructure(d.name, latest, d.structure); err != nil {
		return rest.Prompt{}, nil, err
	}
	if d.differs(latest) {
		if latest, err = c.addVersion(ctx, d, opts); err != nil {
			return rest.Prompt{}, nil, err
		}
	}
	record, err := c.describePrompt(ctx, d, latest.PromptID, opts)
	return record, latest, err
}

func (c *Client) latestVersion(ctx context.Context, d promptDraft, opts []CallOption) (*rest.PromptVersion, error) {
	return c.Prompts.RetrieveVersion(ctx, d.name, PromptRetrieveVersionParams{ProjectName: d.params.ProjectName}, opts...)
}

// createFirst creates a prompt with its first version.
func (c *Client) createFirst(ctx context.Context, d promptDraft, opts []CallOption) (*rest.Prompt, error) {
	id := d.params.ID
	if id == "" {
		id = uuid7.New()
	}
	record, err := c.Prompts.Create(ctx, d.name, PromptCreateParams{
		ID: id, ProjectName: d.params.ProjectName, TemplateStructure: d.structure,
		Template: d.template, Type: d.params.Type, Metadata: d.metadata,
		Description: d.params.Description, ChangeDescription: d.params.ChangeDescription, Tags: d.params.Tags,
	}, opts...)
	c.promptChanged(d.name)
	if err != nil {
		return nil, err
	}
	if record.LatestVersion == nil {
		return nil, errors.New("opik: the server created a prompt without a version")
	}
	return record, nil
}

// addVersion adds a version to a prompt that exists. Its id is made here, so that a
// version whose answer was lost can be found.
func (c *Client) addVersion(ctx context.Context, d promptDraft, opts []CallOption) (*rest.PromptVersion, error) {
	id := uuid7.New()
	version, err := c.Prompts.CreateVersion(ctx, d.name, rest.PromptVersion{
		ID: id, Template: d.template, Type: d.params.Type, Metadata: d.metadata, ChangeDescription: d.params.ChangeDescription,
	}, PromptCreateVersionParams{ProjectName: d.params.ProjectName, TemplateStructure: d.structure}, opts...)
	if err != nil && ctx.Err() == nil && isAway(err) {
		if stored, lookErr := c.Prompts.GetVersion(ctx, id, opts...); lookErr == nil {
			version, err = stored, nil
		}
	}
	c.promptChanged(d.name)
	return version, err
}

// describePrompt changes description and tags of a prompt that exists, if they shall
// be others, and returns what is known of it.
func (c *Client) describePrompt(ctx context.Context, d promptDraft, id string, opts []CallOption) (rest.Prompt, error) {
	if d.params.Description == "" && d.params.Tags == nil {
		return rest.Prompt{ID: id, Name: d.name, TemplateStructure: d.structure}, nil
	}
	return c.changePrompt(ctx, id, PromptChanges{Description: d.params.Description, Tags: d.params.Tags}, opts)
}

// differs reports whether a version is not as the draft says.
func (d *promptDraft) differs(v *rest.PromptVersion) bool {
	kind := v.Type
	if kind == "" {
		kind = PromptTypeMustache
	}
	return kind != d.params.Type || !d.sameTemplate(v.Template) || !sameMetadata(d.metadata, v.Metadata)
}

func (d *promptDraft) sameTemplate(template string) bool {
	return template == d.template || d.structure == PromptStructureChat && sameJSON([]byte(template), []byte(d.template))
}

func sameMetadata(a, b json.RawMessage) bool {
	for _, raw := range []*json.RawMessage{&a, &b} {
		if len(*raw) == 0 || string(*raw) == "null" {
			*raw = json.RawMessage("{}")
		}
	}
	return sameJSON(a, b)
}

// sameJSON reports whether two texts are the same JSON, whatever the order of
// members. Numbers are the same if their text is.
func sameJSON(a, b []byte) bool {
	x, errX := canonicalJSON(a)
	y, errY := canonicalJSON(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

func canonicalJSON(text []byte) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, errors.New("more than one value")
	}
	return json.Marshal(v)
}

// sameTags compares tags, which have no order.
func sameTags(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(slices.Compact(a), slices.Compact(b))
}
