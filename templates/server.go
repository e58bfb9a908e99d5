package templates

import (
	"context"

	"github.com/opik-go/sdk/gen/rest"
)

// Server asks the server about itself.
//
//opik:service "tag=Service Toggles"
type Server interface {
	// Health says whether the server works. A server that does not is an [*APIError]
	// with status 500.
	//
	//opik:op isAlive
	Health(ctx context.Context) (*rest.HealthStatus, error)

	// Version returns the version of the server.
	//
	//opik:op version
	Version(ctx context.Context) (string, error)

	// Toggles returns which features of the server are switched on. Each version of
	// the server has others; those that it does not have are false.
	//
	//opik:op getServiceToggles
	Toggles(ctx context.Context) (*rest.ServiceTogglesConfig, error)
}

// ClientServer are the methods of Client about the connection to the server.
//
//opik:client
type ClientServer interface {
	// AuthCheck checks that the server knows the API key and lets it into the
	// workspace. It fails with [ErrUnauthorized] or [ErrForbidden] if not. Servers
	// without authentication accept any key, but only the workspace "default": they
	// fail with [ErrNotFound] for others.
	//
	//opik:op checkAccess
	AuthCheck(ctx context.Context) error
}

//opik:skip datasetsRedirect "sends a browser to a page of the web interface; it needs the cookie of a session"
//opik:skip experimentsRedirect "sends a browser to a page of the web interface; it needs the cookie of a session"
//opik:skip optimizationsRedirect "sends a browser to a page of the web interface; it needs the cookie of a session"
//opik:skip projectsRedirect "sends a browser to a page of the web interface; it needs the cookie of a session"

//opik:skip getOAuthAuthorizationServerMetadata "for OAuth libraries, which look for it under its well-known path"
//opik:skip authorize "starts a login in a browser"
//opik:skip getAuthorizeContext "what the web interface shows when a user is asked for consent"
//opik:skip consent "what the web interface sends when a user has consented"
//opik:skip registerOAuthClient "for assistants with the Model Context Protocol, whose OAuth library does it"
//opik:skip token "for assistants with the Model Context Protocol, whose OAuth library does it"
//opik:skip revoke "for assistants with the Model Context Protocol, whose OAuth library does it"
//opik:skip validateOAuthToken "for the server's own MCP gateway"

//opik:skip getDatasetBiInfo "counts the use of all workspaces for the operator; only reachable inside the cluster"
//opik:skip getExperimentBiInfo "counts the use of all workspaces for the operator; only reachable inside the cluster"
//opik:skip getSpansBiInfo "counts the use of all workspaces for the operator; only reachable inside the cluster"
//opik:skip getTracesBiInfo "counts the use of all workspaces for the operator; only reachable inside the cluster"
//opik:skip getSpansCountForWorkspaces "counts the use of all workspaces for the operator; only reachable inside the cluster"
//opik:skip getSpansCountBreakdownForWorkspaces "counts the use of all workspaces for the operator; only reachable inside the cluster"
//opik:skip getTracesCountForWorkspaces "counts the use of all workspaces for the operator; only reachable inside the cluster"

//opik:skip getWelcomeWizardStatus "the wizard of the web interface for new users"
//opik:skip submitWelcomeWizard "the wizard of the web interface for new users"

//opik:skip downloadOllieState "the memory of the assistant in the web interface, in a form that only the assistant knows"
//opik:skip replaceOllieState "the memory of the assistant in the web interface, in a form that only the assistant knows"
//opik:skip deleteOllieState "the memory of the assistant in the web interface, in a form that only the assistant knows"
