package opik

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/jsonenc"
	"github.com/opik-go/sdk/opik/internal/uuid7"
)

// CreateExperimentParams holds the optional inputs of [Client.CreateExperiment].
type CreateExperimentParams struct {
	// ID is a UUID of version 7. By default a new one is made.
	ID string
	// Name is what the experiment is called. Several may have one name. By default the
	// server makes one up.
	Name string
	// NamePrefix makes the name, if Name is empty: the prefix, a hyphen, and six random
	// letters and digits.
	NamePrefix string
	// Config describes how the program that is tried out was set up: model, temperature.
	// It is anything that encodes to a JSON object, and becomes the metadata.
	Config any
	// Prompts are what the program used. Their templates become the member "prompts" of
	// the metadata, by name, and the experiment is linked to those of their versions
	// that the server has.
	Prompts []AnyPrompt
	// BlueprintID is the id of the agent configuration that the program used. It becomes
	// the member "agent_configuration" of the metadata, with the name of the version if
	// the server knows it, which costs a request.
	BlueprintID string
	// Type is what the experiment is for, by default [ExperimentTypeRegular].
	Type ExperimentType
	// EvaluationMethod is [EvaluationMethodDataset] by default.
	EvaluationMethod EvaluationMethod
	// OptimizationID is the id of the optimization that the experiment is a trial of.
	OptimizationID string
	// DatasetVersionID is the id of the version of the dataset that the experiment runs
	// on. By default it is the latest.
	DatasetVersionID string
	// Tags of the experiment; at most 50 of at most 100 characters, which is the server's
	// limit.
	Tags []string
	// ProjectID is the id of the project.
	ProjectID string
	// ProjectName is the name of the project, which is created if need be. Without it
	// and ProjectID, it is the client's project.
	ProjectName string
}

// CreateExperiment creates an experiment on the dataset with the name and returns it.
// A dataset of that name is created if there is none. If there is an experiment with
// params.ID, it is returned as it is.
//
// It blocks for two requests, or three with a BlueprintID: to create, and to read what
// was created. Before any of them it fails with a [*ValidationError] if Config is no
// JSON object, if it has a member that Prompts or BlueprintID are to set, or if a
// prompt is nil or two have one name. It fails with [ErrConflict] if a prompt version
// or the version of the dataset does not exist.
func (c *Client) CreateExperiment(ctx context.Context, datasetName string, params CreateExperimentParams, opts ...CallOption) (*Experiment, error) {
	if c == nil {
		return nil, fmt.Errorf("opik: Client.CreateExperiment: %w", ErrNilClient)
	}
	id := orNewID(params.ID)
	if err := uuid7.Check(id); err != nil {
		return nil, &ValidationError{Method: "Client.CreateExperiment", Field: "ID", Reason: "is invalid", Err: err}
	}
	metadata, err := experimentMetadata("Client.CreateExperiment", params)
	if err != nil {
		return nil, err
	}
	if params.BlueprintID != "" {
		if metadata["agent_configuration"], err = c.blueprintMetadata(ctx, params.BlueprintID, opts); err != nil {
			return nil, err
		}
	}
	record := rest.Experiment{
		ID: id, DatasetName: datasetName, DatasetVersionID: params.DatasetVersionID,
		Name: experimentName(params), Type: params.Type, EvaluationMethod: params.EvaluationMethod,
		OptimizationID: params.OptimizationID, PromptVersions: versionsOf(params.Prompts), Tags: params.Tags,
		ProjectID: params.ProjectID, ProjectName: c.projectName(params.ProjectName, params.ProjectID),
	}
	if record.Type == "" {
		record.Type = ExperimentTypeRegular
	}
	if len(metadata) > 0 {
		if record.Metadata, err = json.Marshal(metadata); err != nil {
			return nil, &ValidationError{Method: "Client.CreateExperiment", Field: "Config", Reason: "cannot be encoded", Err: err}
		}
	}
	// The server leaves an experiment of the same id as it is.
	if _, err := c.rest.CreateExperiment(ctx, record, append([]CallOption{rest.WithRepeat(true)}, opts...)...); err != nil {
		return nil, err
	}
	return c.GetExperimentByID(ctx, id, opts...)
}

// experimentMetadata is the configuration with the templates of the prompts.
func experimentMetadata(method string, params CreateExperimentParams) (map[string]json.RawMessage, error) {
	metadata, err := configObject(method, params.Config)
	if err != nil {
		return nil, err
	}
	for _, taken := range []struct {
		name, by string
		used     bool
	}{
		{"prompts", "Prompts", len(params.Prompts) > 0}, {"agent_configuration", "BlueprintID", params.BlueprintID != ""},
	} {
		if _, there := metadata[taken.name]; there && taken.used {
			return nil, &ValidationError{Method: method, Field: "Config", Reason: fmt.Sprintf("has the member %q, which %s sets", taken.name, taken.by)}
		}
	}
	if len(params.Prompts) == 0 {
		return metadata, nil
	}
	templates := map[string]any{}
	for i, p := range params.Prompts {
		field := fmt.Sprintf("Prompts[%d]", i)
		if p == nil || p.Name() == "" {
			return nil, &ValidationError{Method: method, Field: field, Reason: "is nil or has no name"}
		}
		if _, twice := templates[p.Name()]; twice {
			return nil, &ValidationError{Method: method, Field: field, Reason: "has the name of another prompt"}
		}
		templates[p.Name()] = p.link().Version.Template
	}
	metadata["prompts"] = json.RawMessage(jsonenc.AppendValue(nil, templates))
	return metadata, nil
}

// configObject encodes a configuration, which must be an object.
func configObject(method string, config any) (map[string]json.RawMessage, error) {
	members := map[string]json.RawMessage{}
	encoded := jsonenc.AppendValue(nil, config)
	if string(encoded) == "null" {
		return members, nil
	}
	if !isObject(encoded) {
		return nil, &ValidationError{Method: method, Field: "Config", Reason: fmt.Sprintf("is no JSON object but a %T", config)}
	}
	if err := json.Unmarshal(encoded, &members); err != nil {
		return nil, &ValidationError{Method: method, Field: "Config", Reason: "cannot be encoded", Err: err}
	}
	return members, nil
}

// versionsOf links to the versions that the server has.
func versionsOf(prompts []AnyPrompt) (links []rest.PromptVersionLink) {
	for _, p := range prompts {
		if id := p.VersionID(); id != "" {
			links = append(links, rest.PromptVersionLink{ID: id})
		}
	}
	return links
}

// blueprintMetadata is how an experiment refers to an agent configuration. That its
// version cannot be found is no reason not to try something out.
func (c *Client) blueprintMetadata(ctx context.Context, id string, opts []CallOption) (json.RawMessage, error) {
	link := struct {
		ID      string `json:"_blueprint_id"`
		Version string `json:"blueprint_version,omitempty"`
	}{ID: id}
	blueprint, err := c.rest.GetBlueprintByID(ctx, id, nil, opts...)
	switch {
	case err == nil:
		link.Version = blueprint.Name
	case ctx.Err() != nil:
		return nil, err
	default:
		c.logger.WarnContext(ctx, "opik: the version of an agent configuration is left out of an experiment's metadata", "blueprint", id, "error", err)
	}
	return json.Marshal(link)
}

// suffixLetters are what the random end of a name is made of.
const suffixLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

func experimentName(params CreateExperimentParams) string {
	if params.Name != "" || params.NamePrefix == "" {
		return params.Name
	}
	name := []byte(params.NamePrefix + "-")
	for range 6 {
		name = append(name, suffixLetters[rand.IntN(len(suffixLetters))])
	}
	return string(name)
}

// UpdateExperimentParams holds the inputs of [Client.UpdateExperiment], at least one
// of which must be set.
type UpdateExperimentParams struct {
	// Name is the new name.
	Name string
	// Config takes the place of the metadata, with the prompts that are in it. It is
	// anything that encodes to a JSON object.
	Config any
}

// UpdateExperiment changes the name or the configuration of the experiment with the
// id. What params does not set stays as it is. [ExperimentsService.Update] can change
// more.
//
// It blocks until the server has answered its request. Before that it fails with a
// [*ValidationError] if the id is empty, if params sets nothing, or if Config is no
// JSON object. Its error matches [ErrNotFound] if there is no such experiment.
func (c *Client) UpdateExperiment(ctx context.Context, id string, params UpdateExperimentParams, opts ...CallOption) error {
	if c == nil {
		return fmt.Errorf("opik: Client.UpdateExperiment: %w", ErrNilClient)
	}
	invalid := func(field, reason string) error {
		return &ValidationError{Method: "Client.UpdateExperiment", Field: field, Reason: reason}
	}
	update := ExperimentUpdateParams{Name: params.Name}
	if params.Config != nil {
		config, err := configObject("Client.UpdateExperiment", params.Config)
		if err != nil {
			return err
		}
		if update.Metadata, err = json.Marshal(config); err != nil {
			return invalid("Config", "cannot be encoded")
		}
	}
	switch {
	case id == "":
		return invalid("id", "is missing")
	case update.Name == "" && update.Metadata == nil:
		return invalid("params", "sets nothing")
	}
	return c.Experiments.Update(ctx, id, update, opts...)
}
