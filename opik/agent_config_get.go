package opik

import (
	"context"
	"errors"
	"time"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/lastgood"
	"github.com/opik-go/sdk/opik/internal/uuid7"
)

// GetConfigParams chooses a version of a configuration.
type GetConfigParams struct {
	// ProjectName is the project whose agent is meant, by default the client's.
	ProjectName string
	// Env is the environment that names the version. Without it and Version, it is
	// "prod".
	Env string
	// Version is the name of the version, such as v3, or [LatestConfig]. It goes
	// without Env.
	Version string
	// MaskID is the id of a mask to lay over the version.
	MaskID string
}

// GetConfig returns a version of the configuration of a project's agent. It fails
// with [ErrNotFound] if there is no such project, environment or version.
//
// It blocks for two requests, and for none if it asked for the same within the last
// five minutes; see [WithConfigTTL]. If the server cannot be reached, fails for now,
// or takes longer than 5 s, what it last said is returned, and [AgentConfig.Stale]
// says so. A refusal by the server is an [*APIError].
func (c *Client) GetConfig(ctx context.Context, params GetConfigParams, opts ...CallOption) (*AgentConfig, error) {
	if c == nil {
		return nil, ErrNilClient
	}
	if ctx == nil {
		return nil, &ValidationError{Method: "Client.GetConfig", Field: "ctx", Reason: "is nil"}
	}
	if params.Env != "" && params.Version != "" {
		return nil, &ValidationError{Method: "Client.GetConfig", Field: "params.Version", Reason: "is given beside params.Env"}
	}
	if params.Env == "" && params.Version == "" {
		params.Env = defaultConfigEnv
	}
	params.ProjectName = c.projectName(params.ProjectName, "")
	pinned := params.Version != "" && params.Version != LatestConfig && params.MaskID == ""
	found, err := c.configs.Get(ctx, params, pinned, func(ctx context.Context) (*rest.AgentBlueprint, error) {
		return c.readConfig(ctx, params, opts)
	})
	if err != nil {
		return nil, err
	}
	if found.Cause != nil {
		c.warn("Client.GetConfig", "opik: the server is away, and configurations are those that it sent before", "project", params.ProjectName, "age", time.Since(found.At).Round(time.Second), "error", found.Cause)
	}
	return &AgentConfig{record: *found.Value, maskID: params.MaskID, readAt: found.At, cause: found.Cause}, nil
}

// readConfig asks the server for a version.
func (c *Client) readConfig(ctx context.Context, params GetConfigParams, opts []CallOption) (*rest.AgentBlueprint, error) {
	project, err := c.REST().RetrieveProject(ctx, rest.ProjectRetrieve{Name: params.ProjectName}, opts...)
	if err != nil {
		return nil, err
	}
	switch params.Version {
	case "":
		return c.AgentConfigs.GetByEnv(ctx, project.ID, params.Env, AgentConfigGetByEnvParams{MaskID: params.MaskID}, opts...)
	case LatestConfig:
		return c.AgentConfigs.GetLatest(ctx, project.ID, AgentConfigGetLatestParams{MaskID: params.MaskID}, opts...)
	}
	return c.AgentConfigs.GetByName(ctx, project.ID, params.Version, AgentConfigGetByNameParams{MaskID: params.MaskID}, opts...)
}

// GetOrCreateConfig is [Client.GetConfig] for a program that goes on without the
// server: the fallback, a struct or map as [Client.CreateConfig] takes it, stands in
// for what cannot be read.
//
// If the server refuses, cannot be reached or takes longer than 5 s, and nothing is
// remembered, the configuration has the values of the fallback; then
// [AgentConfig.IsFallback] is true, [AgentConfig.Cause] says why, and the logger is
// told. If the project has no configuration at all, and params chooses neither
// environment nor version nor mask, one is created of the fallback. Errors are: an
// [*AgentConfigError] for a fallback that cannot be sent, [ErrNotFound] if other
// versions exist than the one asked for, and that of ctx if it is canceled.
func (c *Client) GetOrCreateConfig(ctx context.Context, fallback any, params GetConfigParams, opts ...CallOption) (*AgentConfig, error) {
	values, err := configRecords(fallback)
	if err != nil {
		return nil, err
	}
	if c == nil {
		return fallbackConfig(values, ErrNilClient), nil
	}
	if ctx == nil {
		return nil, &ValidationError{Method: "Client.GetOrCreateConfig", Field: "ctx", Reason: "is nil"}
	}
	limited, cancel := context.WithTimeout(ctx, configPatience)
	defer cancel()
	found, err := c.GetConfig(limited, params, opts...)
	if errors.Is(err, ErrNotFound) {
		if params.Env != "" || params.Version != "" || params.MaskID != "" {
			return nil, err
		}
		found, err = c.firstConfig(limited, err, values, params, opts)
		if errors.Is(err, ErrNotFound) {
			return nil, err
		}
	}
	var invalid *ValidationError
	switch {
	case err == nil:
		return found, nil
	case errors.As(err, &invalid), errors.Is(ctx.Err(), context.Canceled):
		return nil, err
	}
	c.warn("Client.GetOrCreateConfig", "opik: the configuration cannot be read, and the program's own is used", "error", err)
	return fallbackConfig(values, err), nil
}

// firstConfig creates the configuration of a project that has none. missing is the
// error to return if it has one.
func (c *Client) firstConfig(ctx context.Context, missing error, values []rest.AgentConfigValue, params GetConfigParams, opts []CallOption) (*AgentConfig, error) {
	latest := params
	latest.Version = LatestConfig
	latest.ProjectName = c.projectName(params.ProjectName, "")
	if _, err := c.readConfig(ctx, latest, opts); !errors.Is(err, ErrNotFound) {
		if err == nil {
			err = missing
		}
		return nil, err
	}
	id := uuid7.New()
	record, err := c.AgentConfigs.Create(ctx, rest.AgentBlueprint{ID: id, Type: configBlueprint, Values: values},
		AgentConfigCreateParams{ID: id, ProjectName: params.ProjectName}, opts...)
	if errors.Is(err, ErrConflict) { // somebody else was faster
		record, err = c.readConfig(ctx, latest, opts)
	}
	if err != nil {
		return nil, err
	}
	c.configChanged(latest.ProjectName)
	return &AgentConfig{record: *record, readAt: time.Now()}, nil
}

func fallbackConfig(values []rest.AgentConfigValue, cause error) *AgentConfig {
	return &AgentConfig{record: rest.AgentBlueprint{Type: configBlueprint, Values: values}, cause: cause, fallback: true}
}

type configCache = lastgood.Cache[GetConfigParams, *rest.AgentBlueprint]

// Defaults of the cache of configurations.
const (
	defaultConfigTTL     = 5 * time.Minute
	maxCachedConfigs     = 256
	maxCachedConfigBytes = 8 << 20
	configPatience       = 5 * time.Second
	configPause          = 5 * time.Second
)

func newConfigCache(ttl time.Duration) *configCache {
	return lastgood.New[GetConfigParams](lastgood.Options[*rest.AgentBlueprint]{
		Entries: maxCachedConfigs, Bytes: maxCachedConfigBytes, TTL: ttl, Patience: configPatience, Pause: configPause,
		Size: func(b *rest.AgentBlueprint) int64 {
			size := 1 << 10
			for _, v := range b.Values {
				size += len(v.Key) + len(v.Value) + len(v.Description) + 1<<7
			}
			return int64(size)
		},
		Transient: isAway,
		Gone:      func(err error) bool { return errors.Is(err, ErrNotFound) },
	})
}

// configChanged says that what is remembered of the configuration of a project may be
// old.
func (c *Client) configChanged(project string) {
	c.configs.Expire(func(k GetConfigParams) bool { return k.ProjectName == project })
}

// WithConfigTTL says how long [Client.GetConfig] and [Client.GetOrCreateConfig]
// return what the server said before without asking again, overriding the default of
// 5 minutes; with 0 they ask each time. For as long again they return it and ask in
// the background, after that they wait. What this client itself changes is seen at
// once. A negative duration is an error.
func WithConfigTTL(d time.Duration) Option {
	return func(s *settings) error {
		if d < 0 {
			return &ValidationError{Method: "WithConfigTTL", Field: "d", Reason: "is negative"}
		}
		s.configTTL = &d
		return nil
	}
}
