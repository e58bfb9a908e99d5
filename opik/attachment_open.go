package opik

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/opik-go/sdk/gen/rest"
)

// OpenAttachment returns the content of an attachment that
// [AttachmentsService.List] returned, wherever it is stored. The caller closes it.
// Its size is not limited, and it is read as it comes.
//
// The API key is sent to the server only, not to a storage that the attachment's
// link may lead to. Links work for an hour or so: then the error matches
// [ErrForbidden], and a new list has new ones. It blocks until the content begins
// to arrive. Reading it fails when ctx ends.
func (c *Client) OpenAttachment(ctx context.Context, attachment rest.Attachment) (*rest.Content, error) {
	if c == nil {
		return nil, fmt.Errorf("open attachment: %w", ErrNilClient)
	}
	if ctx == nil {
		return nil, &ValidationError{Method: "Client.OpenAttachment", Field: "ctx", Reason: "is nil"}
	}
	if attachment.Link == "" {
		return nil, &ValidationError{Method: "Client.OpenAttachment", Field: "attachment.Link", Reason: "is missing"}
	}
	req, err := c.requestTo(ctx, http.MethodGet, attachment.Link)
	if err != nil {
		return nil, fmt.Errorf("open attachment: %w", err)
	}
	do := c.transport.DoBare
	if c.serves(req.URL) {
		do = c.transport.Do
	}
	res, err := do(req)
	if err != nil {
		return nil, fmt.Errorf("open attachment: %w", err)
	}
	if res.StatusCode/100 != 2 {
		return nil, storageError("open attachment", res)
	}
	return rest.NewContent(res), nil
}

// serves reports whether an address is one of the server's operations, and not a
// storage behind the same proxy.
func (c *Client) serves(u *url.URL) bool {
	own, err := url.Parse(c.REST().BaseURL())
	return err == nil && strings.HasPrefix(path.Clean(u.Path), strings.TrimSuffix(path.Clean("/"+own.Path), "/")+"/v1/")
}

// SaveAttachment writes the content of an attachment that
// [AttachmentsService.List] returned into a folder, which must exist, and returns
// the path of the file. The file has the attachment's name; only the user of the
// program can read it. There must be no file of that name: the error matches
// [fs.ErrExist] then. A name that would lead out of the folder is a
// [*ValidationError]. If the content does not arrive in whole, the file is removed.
//
// It blocks until the file is written.
func (c *Client) SaveAttachment(ctx context.Context, attachment rest.Attachment, folder string) (string, error) {
	if c == nil {
		return "", fmt.Errorf("save attachment: %w", ErrNilClient)
	}
	if reason := badFileName(attachment.FileName); reason != "" {
		return "", &ValidationError{Method: "Client.SaveAttachment", Field: "attachment.FileName", Reason: reason}
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return "", fmt.Errorf("save attachment: %w", err)
	}
	defer root.Close() // nothing is written through it
	content, err := c.OpenAttachment(ctx, attachment)
	if err != nil {
		return "", err
	}
	defer content.Close() // it has been read, or the error is that of reading
	file, err := root.OpenFile(attachment.FileName, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", fmt.Errorf("save attachment: %w", err)
	}
	_, err = io.Copy(file, content.Body)
	if err = errors.Join(err, file.Close()); err != nil {
		return "", errors.Join(fmt.Errorf("save attachment: %w", err), root.Remove(attachment.FileName))
	}
	return filepath.Join(folder, attachment.FileName), nil
}
