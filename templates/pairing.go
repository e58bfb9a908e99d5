package templates

import (
	"context"

	"github.com/opik-go/sdk/gen/rest"
)

// Pairing connects a runner, a program that runs agents for the web interface, with
// a project: the one who wants it opens a session, and the runner activates it by
// proving that it knows the session's key.
//
//opik:service tag=Pairing
type Pairing interface {
	// CreateSession opens a session and returns its id with that of the runner to be.
	//
	//opik:op createPairingSession
	CreateSession(ctx context.Context, projectID, activationKey string, runnerType rest.LocalRunnerType) (*rest.CreateSessionResponse, error)

	// ActivateSession connects a runner and returns its id. It fails with
	// [ErrForbidden] if hmac was not made with the session's key.
	//
	//opik:op activatePairingSession
	ActivateSession(ctx context.Context, sessionID, runnerName, hmac string) (string, error)
}
