package templates

import (
	"context"
	"encoding/json"
	"iter"

	"github.com/opik-go/sdk/gen/rest"
)

// Runners reads and steers runners: programs that run agents on a user's machine
// because the web interface or this client asks them to. One side creates jobs and
// commands; the runner takes them, and reports their output and result.
//
//opik:service tag=Runners
type Runners interface {
	// Get returns one runner.
	//
	//opik:op getRunner
	Get(ctx context.Context, id string) (*rest.LocalRunner, error)

	// List returns the runners of a project that match params.
	//
	//opik:op listRunners
	List(ctx context.Context, projectID string) iter.Seq2[rest.LocalRunner, error]

	// Disconnect ends the connection of a runner. A runner that does not exist is no
	// error.
	//
	//opik:op disconnectRunner
	Disconnect(ctx context.Context, id string) error

	// RegisterAgents says which agents a runner has, by their names. It replaces what
	// was registered before.
	//
	//opik:op registerAgents
	RegisterAgents(ctx context.Context, id string, agents map[string]rest.Agent) error

	// UpdateChecklist merges an object into the checklist of a runner, which the web
	// interface shows while it is set up.
	//
	//opik:op patchChecklist
	UpdateChecklist(ctx context.Context, id string, changes json.RawMessage) error

	// Heartbeat says that a runner is alive and returns the ids of its jobs that were
	// cancelled. It fails with [ErrGone] if the runner has been disconnected.
	//
	//opik:op heartbeat
	Heartbeat(ctx context.Context, id string) ([]string, error)

	// CreateJob lets a runner of the project run an agent, and returns the id of the
	// job. It fails with [ErrConflict] if no runner is connected.
	//
	//opik:op createJob
	//opik:field mask_id hide
	CreateJob(ctx context.Context, projectID, agentName string) (string, error)

	// GetJob returns one job.
	//
	//opik:op getJob
	GetJob(ctx context.Context, jobID string) (*rest.LocalRunnerJob, error)

	// ListJobs returns the jobs of a runner, newest first.
	//
	//opik:op listJobs
	ListJobs(ctx context.Context, id string) iter.Seq2[rest.LocalRunnerJob, error]

	// NextJob waits until there is a job for a runner and returns it. After some time
	// without one it fails with [rest.ErrNoContent], and can be called again.
	//
	//opik:op nextJob
	NextJob(ctx context.Context, id string) (*rest.LocalRunnerJob, error)

	// CancelJob ends a job. The runner learns of it with its next heartbeat.
	//
	//opik:op cancelJob
	CancelJob(ctx context.Context, jobID string) error

	// JobLogs returns the output of a job, from the entry with the index
	// params.Offset on.
	//
	//opik:op getJobLogs
	JobLogs(ctx context.Context, jobID string) ([]rest.LocalRunnerLogEntry, error)

	// AppendJobLogs adds lines to the output of a job.
	//
	//opik:op appendJobLogs
	AppendJobLogs(ctx context.Context, jobID string, entries []rest.LocalRunnerLogEntry) error

	// ReportJobResult says how a job ended.
	//
	//opik:op reportJobResult
	ReportJobResult(ctx context.Context, jobID string, status rest.LocalRunnerJobStatus) error

	// CreateCommand lets a runner do something, such as reading a file, and returns
	// the id of the command. It fails with [ErrConflict] if the runner is not
	// connected.
	//
	//opik:op createBridgeCommand
	CreateCommand(ctx context.Context, id string, commandType rest.BridgeCommandType, args json.RawMessage) (string, error)

	// GetCommand returns one command. With params.Wait it waits until the runner has
	// reported the result, for params.Timeout at most.
	//
	//opik:op getBridgeCommand
	GetCommand(ctx context.Context, id, commandID string) (*rest.BridgeCommand, error)

	// NextCommands waits until there are commands for a runner and returns them, or
	// none after some time.
	//
	//opik:op nextBridgeCommands
	NextCommands(ctx context.Context, id string) ([]rest.BridgeCommandItem, error)

	// ReportCommandResult says how a command ended. It fails with [ErrConflict] if that
	// was said before.
	//
	//opik:op reportBridgeResult
	ReportCommandResult(ctx context.Context, id, commandID string, status rest.BridgeCommandStatus) error
}
