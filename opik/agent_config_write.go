package opik

import (
	"context"
	"errors"
	"time"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/uuid7"
)

// Kinds of blueprints.
const (
	configBlueprint rest.AgentBlueprintType = "blueprint"
	configMask      rest.AgentBlueprintType = "mask"
)

// CreateConfigParams holds the optional inputs of [Client.CreateConfig] and
// [Client.CreateConfigMask].
type CreateConfigParams struct {
	// ProjectName is the project whose agent is meant, by default the client's.
	ProjectName string
	// Description says what is new, in at most 255 characters.
	Description string
}

// CreateConfig adds a version to the configuration of a project's agent, and creates
// the configuration, and the project, if there is none. The version has the values of
// the one before it, with those given added or in their place.
//
// The values are a struct or a map with texts as keys. Fields of a struct are named by
// their json tags. Texts, booleans, numbers and [ConfigPrompt] are sent as such, a
// [Prompt] as its commit, and structs, slices and maps as a text in JSON; a nil
// pointer has no value, and an empty text is the same. There must be 1 to 250 of
// them. An [*AgentConfigError] says which value cannot be sent.
//
// The first version is named v1 and is that of the environment "prod"; other versions
// are chosen with [Client.SetConfigEnv]. It blocks for two or three requests. A
// refusal by the server is an [*APIError].
func (c *Client) CreateConfig(ctx context.Context, values any, params CreateConfigParams, opts ...CallOption) (*AgentConfig, error) {
	records, err := configRecords(values)
	if err != nil {
		return nil, err
	}
	blueprint := rest.AgentBlueprint{ID: uuid7.New(), Type: configBlueprint, Description: params.Description, Values: records}
	record, err := c.addBlueprint(ctx, blueprint, params, opts)
	if errors.Is(err, ErrNotFound) {
		record, err = c.createBlueprint(ctx, blueprint, params, opts)
	}
	if err != nil {
		return nil, err
	}
	c.configChanged(c.projectName(params.ProjectName, ""))
	return &AgentConfig{record: *record, readAt: time.Now()}, nil
}

// addBlueprint adds a blueprint or mask to a configuration. It fails with ErrNotFound
// if there is no configuration.
func (c *Client) addBlueprint(ctx context.Context, blueprint rest.AgentBlueprint, params CreateConfigParams, opts []CallOption) (*rest.AgentBlueprint, error) {
	_, err := c.REST().UpdateAgentConfig(ctx, rest.AgentConfigCreate{
		ProjectName: c.projectName(params.ProjectName, ""), Blueprint: blueprint,
	}, opts...)
	if err != nil && !errors.Is(err, ErrConflict) {
		return nil, err
	}
	record, readErr := c.REST().GetBlueprintByID(ctx, blueprint.ID, nil, opts...)
	if err != nil && readErr != nil {
		return nil, err // it was no repetition of a request whose answer was lost
	}
	return record, readErr
}

// createBlueprint creates a configuration, or adds to one that somebody else has
// created meanwhile.
func (c *Client) createBlueprint(ctx context.Context, blueprint rest.AgentBlueprint, params CreateConfigParams, opts []CallOption) (*rest.AgentBlueprint, error) {
	record, err := c.REST().CreateAgentConfig(ctx, rest.AgentConfigCreate{
		ID: blueprint.ID, ProjectName: c.projectName(params.ProjectName, ""), Blueprint: blueprint,
	}, opts...)
	if errors.Is(err, ErrConflict) {
		return c.addBlueprint(ctx, blueprint, params, opts)
	}
	return record, err
}

// CreateConfigMask adds a mask to the configuration of a project's agent and returns
// its id: values that [GetConfigParams.MaskID] lays over a version, to try them out.
// The values are as those of [Client.CreateConfig]. It fails with [ErrNotFound] if the
// project has no configuration. It blocks for two requests. A refusal by the server is
// an [*APIError].
func (c *Client) CreateConfigMask(ctx context.Context, values any, params CreateConfigParams, opts ...CallOption) (string, error) {
	records, err := configRecords(values)
	if err != nil {
		return "", err
	}
	mask := rest.AgentBlueprint{ID: uuid7.New(), Type: configMask, Description: params.Description, Values: records}
	record, err := c.addBlueprint(ctx, mask, params, opts)
	if err != nil {
		return "", err
	}
	return record.ID, nil
}

// SetConfigEnvParams holds the optional inputs of [Client.SetConfigEnv].
type SetConfigEnvParams struct {
	// ProjectName is the project whose agent is meant, by default the client's.
	ProjectName string
}

// SetConfigEnv lets an environment, such as "prod", name a version of the
// configuration of a project's agent, such as "v3". It creates the environment if
// there is none. It fails with [ErrNotFound] if there is no such project or version,
// and blocks for two requests. A refusal by the server is an [*APIError].
func (c *Client) SetConfigEnv(ctx context.Context, version, env string, params SetConfigEnvParams, opts ...CallOption) error {
	name := c.projectName(params.ProjectName, "")
	project, err := c.REST().RetrieveProject(ctx, rest.ProjectRetrieve{Name: name}, opts...)
	if err != nil {
		return err
	}
	if err := c.REST().SetEnvByBlueprintName(ctx, env, project.ID, rest.AgentConfigEnvSetByName{BlueprintName: version}, opts...); err != nil {
		return err
	}
	c.configChanged(name)
	return nil
}
