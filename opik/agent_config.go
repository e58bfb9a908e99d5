package opik

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/agentconf"
	"github.com/opik-go/sdk/opik/internal/clone"
)

// LatestConfig is the version of the configuration that was added last.
const LatestConfig = "latest"

// defaultConfigEnv is the environment that names the first version of every
// configuration.
const defaultConfigEnv = "prod"

// ConfigPrompt is the commit of a prompt, as a value of a configuration. A [Prompt]
// can be given in its place.
type ConfigPrompt string

// ConfigType returns the type that the server knows the value by.
func (ConfigPrompt) ConfigType() string { return agentconf.Prompt }

// ConfigPromptVersion is the commit of one version of a prompt, as a value of a
// configuration.
type ConfigPromptVersion string

// ConfigType returns the type that the server knows the value by.
func (ConfigPromptVersion) ConfigType() string { return agentconf.PromptCommit }

// AgentConfig is a version of the configuration of an agent: values that are kept on
// the server, so that they can be changed without a new version of the program. Read
// one with [Client.GetConfig] or [Client.GetOrCreateConfig]. It does not change and
// is safe for concurrent use.
type AgentConfig struct {
	record rest.AgentBlueprint
	maskID string
	readAt time.Time
	cause  error
	// fallback says that it did not come from the server.
	fallback bool
}

// ID returns the id of the version; it is empty for a fallback.
func (a *AgentConfig) ID() string { return a.known().ID }

// Version returns the name of the version, such as v3; it is empty for a fallback.
func (a *AgentConfig) Version() string { return a.known().Name }

// Record returns what the server said about the version. It is a copy, which the
// caller may change.
func (a *AgentConfig) Record() rest.AgentBlueprint { return clone.Of(a.known()) }

func (a *AgentConfig) known() (record rest.AgentBlueprint) {
	if a != nil {
		record = a.record
	}
	return record
}

// IsFallback reports whether the values are those of the program and not the
// server's, which did not answer.
func (a *AgentConfig) IsFallback() bool { return a != nil && a.fallback }

// Stale reports whether the values are those that the server said before it was
// away, or a fallback. Cause says why.
func (a *AgentConfig) Stale() bool { return a.Cause() != nil }

// Cause returns why the values are a fallback, or older than was asked for; it is nil
// if they are neither.
func (a *AgentConfig) Cause() error {
	if a == nil {
		return nil
	}
	return a.cause
}

// ReadAt returns when the server said what the values are, and the zero time for a
// fallback.
func (a *AgentConfig) ReadAt() (at time.Time) {
	if a != nil {
		at = a.readAt
	}
	return at
}

// AgentConfigError says that a value of a configuration cannot be sent, or cannot be
// read as the program wants it. Find it with [errors.As] as *AgentConfigError.
type AgentConfigError struct {
	// Key is the key of the value; empty if the whole is wrong.
	Key string
	// Missing are the keys that a program wants and that a configuration lacks.
	Missing []string
	// Err is what is wrong.
	Err error
}

// Error says which values are wrong, and not what they are.
func (e *AgentConfigError) Error() string {
	return "opik: agent configuration: " + e.Err.Error()
}

// Unwrap returns what is wrong.
func (e *AgentConfigError) Unwrap() error { return e.Err }

func newAgentConfigError(err error) error {
	e := &AgentConfigError{Err: err}
	var field *agentconf.FieldError
	if errors.As(err, &field) {
		e.Key = field.Key
	}
	var missing *agentconf.MissingError
	if errors.As(err, &missing) {
		e.Missing = missing.Keys
	}
	return e
}

// Decode stores the values in the struct or map that into points to.
//
// A field of a struct gets the value of its name, or the one that its json tag says.
// Its type must fit: text, boolean, numbers, [ConfigPrompt], and structs, slices and
// maps, which are JSON in a text. A configuration without a value for a field is an
// error, unless the field is a pointer or its tag has omitempty. A map gets all
// values; in a map[string]any integers are int64. An error is an
// [*AgentConfigError]; nothing is stored then.
//
// If ctx carries a trace or a span, their metadata get a member agent_configuration
// that says which version was read, and the values that were stored. It does not
// wait for the network.
func (a *AgentConfig) Decode(ctx context.Context, into any) error {
	record := a.known()
	read, err := agentconf.Decode(configValues(record), into)
	if err != nil {
		return newAgentConfigError(err)
	}
	if !a.IsFallback() && ctx != nil {
		a.note(ctx, read)
	}
	return nil
}

// note says in the metadata of the current trace and span what was read.
func (a *AgentConfig) note(ctx context.Context, read []agentconf.Value) {
	trace, span := TraceFromContext(ctx), SpanFromContext(ctx)
	if trace == nil && span == nil {
		return
	}
	values := map[string]any{}
	for _, v := range read {
		typed, err := agentconf.Typed(v)
		if err != nil { // shown as it is
			typed = v.Text
		}
		values[v.Key] = map[string]any{"value": typed, "type": v.Type}
	}
	noted := map[string]any{"_blueprint_id": a.ID(), "blueprint_version": a.Version(), "values": values}
	if a.maskID != "" {
		noted["_mask_id"] = a.maskID
	}
	metadata := map[string]any{"agent_configuration": noted}
	trace.SetMetadata(metadata)
	span.SetMetadata(metadata)
}

// configValues returns the values of a version.
func configValues(record rest.AgentBlueprint) []agentconf.Value {
	values := make([]agentconf.Value, len(record.Values))
	for i, v := range record.Values {
		values[i] = agentconf.Value{Key: v.Key, Type: string(v.Type), Text: v.Value}
		// An empty text and none are the same on the wire.
		values[i].Null = v.Value == "" && values[i].Type != agentconf.String
	}
	return values
}

// configRecords makes what is sent of the values that a program gives.
func configRecords(values any) ([]rest.AgentConfigValue, error) {
	encoded, err := agentconf.Encode(values)
	if err != nil {
		return nil, newAgentConfigError(err)
	}
	if len(encoded) == 0 {
		return nil, newAgentConfigError(fmt.Errorf("there are no values"))
	}
	records := make([]rest.AgentConfigValue, len(encoded))
	for i, v := range encoded {
		records[i] = rest.AgentConfigValue{Key: v.Key, Type: rest.AgentConfigValueType(v.Type), Value: v.Text}
	}
	return records, nil
}
