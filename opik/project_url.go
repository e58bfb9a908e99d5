package opik

import (
	"context"
	"net/url"
	"strings"
)

// defaultWorkspace is the name that stands for the workspace of the API key.
const defaultWorkspace = "default"

// GetProjectURL returns an address that shows a project in a browser; without a name,
// the client's project. It does not look whether the project exists. It makes a
// request only if the client has no workspace but the default one: then the server is
// asked for the name of the API key's workspace, and a refusal is an [*APIError].
func (c *Client) GetProjectURL(ctx context.Context, projectName string, opts ...CallOption) (string, error) {
	if c == nil {
		return "", ErrNilClient
	}
	workspace := c.workspace
	if workspace == "" || workspace == defaultWorkspace {
		name, err := c.Workspaces.Name(ctx, opts...)
		if err != nil {
			return "", err
		}
		workspace = name
	}
	pages := strings.TrimSuffix(c.REST().BaseURL(), "/api")
	name := strings.ReplaceAll(url.QueryEscape(c.projectName(projectName, "")), "+", "%20")
	return pages + "/" + url.PathEscape(workspace) + "/redirect/projects?name=" + name, nil
}
