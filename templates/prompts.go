package templates

import (
	"context"
	"iter"

	"github.com/opik-go/sdk/gen/rest"
)

// Prompts reads and writes prompts and their versions, one operation at a time.
// [Client.CreatePrompt], [Client.GetPrompt] and what they return are what a program
// that uses prompts needs.
//
//opik:service tag=Prompts
type Prompts interface {
	// Create creates a prompt, with a first version if params.Template is set, and
	// returns it. It fails with [ErrConflict] if the workspace has one of that name.
	Create(ctx context.Context, name string) (*rest.Prompt, error)

	// Get returns a prompt with its latest version.
	Get(ctx context.Context, id string) (*rest.Prompt, error)

	// GetByCommit returns the prompt that has a version with the commit, and that
	// version as RequestedVersion. It fails with [ErrNotFound] if there is none, and
	// with [ErrConflict] if several prompts have one.
	GetByCommit(ctx context.Context, commit string) (*rest.Prompt, error)

	// RetrieveByCommits says for each commit which prompt and which version it belongs
	// to. An entry for a commit that does not exist has nothing but the commit.
	//
	//opik:op getPromptsByCommits
	RetrieveByCommits(ctx context.Context, commits []string) ([]rest.PromptVersionLink, error)

	// List returns the prompts that match params, without their versions.
	List(ctx context.Context) iter.Seq2[rest.Prompt, error]

	// Update renames a prompt and changes what params sets; a description that is not
	// set may be removed. It fails with [ErrNotFound] if there is no such prompt, and
	// with [ErrConflict] if another one has the name.
	Update(ctx context.Context, id, name string) error

	// Delete deletes a prompt with all its versions. It fails with [ErrNotFound] if
	// there is no such prompt.
	Delete(ctx context.Context, id string) error

	// DeleteBatch deletes prompts with all their versions. Ids that do not exist are
	// skipped.
	//
	//opik:op deletePromptsBatch
	DeleteBatch(ctx context.Context, ids []string) error

	// CreateVersion adds a version to the prompt with the name, also if it is like the
	// latest one, and returns it. A prompt that does not exist is created. It fails
	// with [ErrInvalid] if the prompt exists with another structure, text or chat, and
	// with [ErrConflict] if there is a version with version.ID or version.Commit.
	CreateVersion(ctx context.Context, name string, version rest.PromptVersion) (*rest.PromptVersion, error)

	// RetrieveVersion returns the latest version of the prompt with the name, or the
	// one that params chooses. It fails with [ErrNotFound] if there is none.
	RetrieveVersion(ctx context.Context, name string) (*rest.PromptVersion, error)

	// RetrieveVersionsByIDs returns the versions with the ids, in no particular order.
	// Ids that do not exist are skipped.
	//
	//opik:op retrievePromptVersionsByIds
	RetrieveVersionsByIDs(ctx context.Context, ids []string) ([]rest.PromptVersion, error)

	GetVersion(ctx context.Context, versionID string) (*rest.PromptVersion, error)

	// GetVersionByNumber returns the version with the number, such as v3, of the
	// prompt with the id. It fails with [ErrNotFound] if there is none.
	//
	//opik:op getPromptVersionByNumber
	GetVersionByNumber(ctx context.Context, promptID, versionNumber string) (*rest.PromptVersion, error)

	// ListVersions returns the versions of a prompt, newest first.
	ListVersions(ctx context.Context, id string) iter.Seq2[rest.PromptVersion, error]

	// UpdateVersions changes the tags of versions: update.Tags replaces the tags, or
	// adds to them if params.MergeTags is set. Nil changes nothing, an empty list that
	// is not nil removes all.
	UpdateVersions(ctx context.Context, ids []string, update rest.PromptVersionUpdate) error

	// SetVersionEnvironments replaces the environments that a version is for. A prompt
	// has one version for an environment: from any other version it is taken away. It
	// fails with [ErrNotFound] if there is no such version.
	//
	//opik:op setPromptVersionEnvironment
	SetVersionEnvironments(ctx context.Context, versionID string, environments []string) error

	// RestoreVersion makes a new version that is as an earlier one, and returns it. It
	// fails with [ErrNotFound] if the prompt has no such version.
	RestoreVersion(ctx context.Context, promptID, versionID string) (*rest.PromptVersion, error)
}

// Prompt is a text prompt at one of its versions. [Client.CreatePrompt],
// [Client.GetPrompt] and [Client.GetPromptHistory] return it, and [NewPrompt] makes
// one that no server knows.
//
// [Prompt.Format] fills the template. Template, commit and the like never change;
// Refresh reads what belongs to the prompt as a whole: its name, description and
// tags. Until then Record has only what the look-up of the version told.
//
//opik:handle rest.Prompt service=Prompts state=promptState refresh=getPromptById
type Prompt interface {
	// Versions returns the versions of the prompt, newest first. [Prompt.At] makes
	// prompts of them.
	//
	//opik:method ListVersions
	Versions(ctx context.Context) iter.Seq2[rest.PromptVersion, error]

	// VersionByNumber returns the version with the number, such as v3. It fails with
	// [ErrNotFound] if there is none.
	//
	//opik:method GetVersionByNumber
	VersionByNumber(ctx context.Context, versionNumber string) (*rest.PromptVersion, error)
}

// ChatPrompt is a prompt of several messages at one of its versions.
// [Client.CreateChatPrompt], [Client.GetChatPrompt] and
// [Client.GetChatPromptHistory] return it, and [NewChatPrompt] makes one that no
// server knows.
//
// [ChatPrompt.Format] fills the messages. Messages, commit and the like never
// change; Refresh reads what belongs to the prompt as a whole: its name, description
// and tags. Until then Record has only what the look-up of the version told.
//
//opik:handle rest.Prompt service=Prompts state=promptState refresh=getPromptById
type ChatPrompt interface {
	// Versions returns the versions of the prompt, newest first. [ChatPrompt.At] makes
	// prompts of them.
	//
	//opik:method ListVersions
	Versions(ctx context.Context) iter.Seq2[rest.PromptVersion, error]

	// VersionByNumber returns the version with the number, such as v3. It fails with
	// [ErrNotFound] if there is none.
	//
	//opik:method GetVersionByNumber
	VersionByNumber(ctx context.Context, versionNumber string) (*rest.PromptVersion, error)
}
