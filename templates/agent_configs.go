package templates

import (
	"context"
	"iter"

	"github.com/opik-go/sdk/gen/rest"
)

// AgentConfigs reads and writes the configuration of the agent that a project is
// about. It is a list of blueprints named v1, v2 and so on, each of which has all
// values; an environment such as prod names one of them. A mask is a variation that
// a read can lay over a blueprint. [Client.CreateConfig] and [Client.GetConfig] do
// the same with typed values.
//
//opik:service "tag=Agent Configs"
type AgentConfigs interface {
	// Create creates the configuration of a project with its first blueprint, which it
	// returns; environment "prod" names it. It fails with [ErrConflict] if the project
	// has a configuration already.
	//
	//opik:op createAgentConfig
	Create(ctx context.Context, blueprint rest.AgentBlueprint) (*rest.AgentBlueprint, error)

	// Update adds a blueprint, or a mask, and returns its id. A blueprint holds what
	// the one before it held, with the values given here added or replaced. It fails
	// with [ErrNotFound] if the project has no configuration.
	//
	//opik:op updateAgentConfig
	Update(ctx context.Context, blueprint rest.AgentBlueprint) (string, error)

	// RemoveKeys adds a blueprint without the values of the keys and returns its id,
	// or "" if there was nothing to remove.
	//
	//opik:op removeConfigKeys
	RemoveKeys(ctx context.Context, keys []string) (string, error)

	// ApplyMask adds a blueprint that is the latest one with a mask laid over it, and
	// returns its id.
	//
	//opik:op createBlueprintFromMask
	ApplyMask(ctx context.Context, projectID, maskID string) (string, error)

	// Get returns a blueprint or mask by its id.
	//
	//opik:op getBlueprintById
	Get(ctx context.Context, blueprintID string) (*rest.AgentBlueprint, error)

	// GetLatest returns the blueprint of a project that was added last. It fails with
	// [ErrNotFound] if the project has no configuration.
	//
	//opik:op getLatestBlueprint
	GetLatest(ctx context.Context, projectID string) (*rest.AgentBlueprint, error)

	// GetByName returns the blueprint of a project with the name, such as v3.
	//
	//opik:op getBlueprintByName
	GetByName(ctx context.Context, projectID, name string) (*rest.AgentBlueprint, error)

	// GetByEnv returns the blueprint of a project that an environment names. It fails
	// with [ErrNotFound] if there is no such environment.
	//
	//opik:op getBlueprintByEnv
	GetByEnv(ctx context.Context, projectID, envName string) (*rest.AgentBlueprint, error)

	// GetDelta returns a blueprint with those values only that differ from the one
	// before it.
	//
	//opik:op getDeltaById
	GetDelta(ctx context.Context, blueprintID string) (*rest.AgentBlueprint, error)

	// History returns the blueprints of a project, the latest first.
	//
	//opik:op getBlueprintHistory
	History(ctx context.Context, projectID string) iter.Seq2[rest.AgentBlueprint, error]

	// SetEnvs lets environments of a project name blueprints, given by their ids. It
	// creates the environments that are missing.
	//
	//opik:op createOrUpdateEnvs
	SetEnvs(ctx context.Context, projectID string, envs []rest.AgentConfigEnv) error

	// SetEnv lets an environment of a project name a blueprint, given by its name. It
	// creates the environment if it is missing, and fails with [ErrNotFound] if there
	// is no such blueprint.
	//
	//opik:op setEnvByBlueprintName
	SetEnv(ctx context.Context, projectID, envName, blueprintName string) error

	// DeleteEnv deletes an environment of a project. One that does not exist is no
	// error.
	//
	//opik:op deleteEnv
	DeleteEnv(ctx context.Context, projectID, envName string) error
}
