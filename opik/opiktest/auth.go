package opiktest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
)

// defaultUser is who changes are made by where nobody has to say so.
const defaultUser = "admin"

// authenticate returns the workspace and the user of a request. anyWorkspace
// says that the request need not name a workspace.
func (s *settings) authenticate(r *http.Request, anyWorkspace bool) (workspace, user string, err error) {
	workspace = strings.TrimSpace(r.Header.Get("Comet-Workspace"))
	if len(s.accounts) == 0 {
		if workspace != "" && workspace != defaultWorkspace {
			return "", "", apierr.Message(http.StatusNotFound, "Workspace not found")
		}
		return defaultWorkspace, defaultUser, nil
	}
	key := r.Header.Get("Authorization")
	if key == "" {
		return "", "", apierr.Message(http.StatusUnauthorized, "API key should be provided")
	}
	if workspace == "" {
		workspace = r.URL.Query().Get("workspace_name")
	}
	i := slices.IndexFunc(s.accounts, func(a Account) bool { return a.APIKey == key })
	if i < 0 {
		return "", "", apierr.Message(http.StatusUnauthorized, "User not allowed to access workspace: the API key is not valid")
	}
	a := s.accounts[i]
	if workspace == "" && anyWorkspace && len(a.Workspaces) > 0 {
		workspace = a.Workspaces[0]
	}
	if workspace == "" {
		return "", "", apierr.Message(http.StatusForbidden, "Workspace name should be provided")
	}
	if !slices.Contains(a.Workspaces, workspace) {
		return "", "", apierr.Message(http.StatusForbidden, "User is not allowed to access workspace")
	}
	return workspace, a.User, nil
}
