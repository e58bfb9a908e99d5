package api

import (
	"encoding/base64"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/objectstore"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func attachmentRoutes() []*wire.Route {
	return []*wire.Route{
		get("attachmentList", "/attachment/list", listAttachments),
		get("downloadAttachment", "/attachment/download", downloadAttachment),
		without("uploadAttachment", http.MethodPut, "/attachment/upload", uploadAttachment),
		with("startMultiPartUpload", http.MethodPost, "/attachment/upload-start", startUpload),
		with("completeMultiPartUpload", http.MethodPost, "/attachment/upload-complete", completeUpload),
		with("deleteAttachments", http.MethodPost, "/attachment/delete", deleteAttachments),
	}
}

// localUpload is the upload id that tells a client to send the content to the
// server itself.
const localUpload = "BEMinIO"

// attachmentPageSize is how many attachments a page has if nobody says so.
const attachmentPageSize = "100"

var attachmentEntity = validate.Shape{
	{Name: "entity_type", Kind: validate.String, Required: true, Enum: []string{"trace", "span"}},
	{Name: "entity_id", Kind: validate.UUID, Required: true},
}

var uploadStart = append(validate.Shape{
	{Name: "file_name", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "num_of_file_parts", Kind: validate.Integer, Required: true},
	{Name: "path", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "mime_type", Kind: validate.String},
	{Name: "project_name", Kind: validate.String, NotBlank: true},
}, attachmentEntity...)

var uploadComplete = append(validate.Shape{
	{Name: "file_name", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "file_size", Kind: validate.Integer, Required: true},
	{Name: "mime_type", Kind: validate.String},
	{Name: "project_name", Kind: validate.String, NotBlank: true},
	{Name: "upload_id", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "uploaded_file_parts", Kind: validate.Objects, Required: true, Shape: validate.Shape{
		{Name: "e_tag", Kind: validate.String, Required: true, NotBlank: true},
		{Name: "part_number", Kind: validate.Integer, Required: true},
	}},
}, attachmentEntity...)

var attachmentDelete = append(validate.Shape{
	{Name: "container_id", Kind: validate.UUID, Required: true},
	{Name: "file_names", Kind: validate.Strings, Required: true},
}, attachmentEntity...)

// errElsewhere is the answer to what only a server does that keeps attachments itself.
func errElsewhere() error {
	return apierr.Message(http.StatusForbidden, "Attachments are not kept by the server")
}

// ownURL returns the URL below which the client says that it reaches the server.
func ownURL(encoded string) (string, error) {
	text := strings.TrimRight(encoded, "=")
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		decoded, err = base64.RawStdEncoding.DecodeString(text)
	}
	u, parseErr := url.Parse(string(decoded))
	if err != nil || parseErr != nil || u.Host == "" {
		return "", apierr.Message(http.StatusBadRequest, "Invalid base URL format")
	}
	return strings.TrimRight(string(decoded), "/"), nil
}

// link makes the URL of an operation.
func link(base, operation string, query map[string]string) string {
	values := url.Values{}
	for name, value := range query {
		if value != "" {
			values.Set(name, value)
		}
	}
	return base + wire.Prefix + "/attachment/" + operation + "?" + values.Encode()
}

func startUpload(c *wire.Call) (wire.Result, error) {
	if err := c.Check(uploadStart); err != nil {
		return wire.Result{}, err
	}
	base, err := ownURL(doc.String(c.Body, "path"))
	if err != nil {
		return wire.Result{}, err
	}
	if c.Storage == nil {
		query := map[string]string{}
		for _, name := range []string{"file_name", "project_name", "mime_type", "entity_type", "entity_id"} {
			query[name] = doc.String(c.Body, name)
		}
		return wire.OK(doc.Object{"upload_id": localUpload, "pre_sign_urls": []any{link(base, "upload", query)}}), nil
	}
	parts, ok := doc.Decimal(doc.Text(c.Body["num_of_file_parts"]))
	if !ok || !parts.Num().IsInt64() || parts.Sign() <= 0 || parts.Num().Int64() > 10000 {
		return wire.Result{}, apierr.Message(http.StatusBadRequest, "The number of parts must be between 1 and 10000")
	}
	id, paths := c.Storage.Begin(int(parts.Num().Int64()))
	urls := make([]any, len(paths))
	for i, path := range paths {
		urls[i] = c.StorageURL(base) + path
	}
	return wire.OK(doc.Object{"upload_id": id, "pre_sign_urls": urls}), nil
}

func uploadAttachment(c *wire.Call) (wire.Result, error) {
	if c.Storage != nil {
		return wire.Result{}, errElsewhere()
	}
	if err := checkEntity(c, "file_name"); err != nil {
		return wire.Result{}, err
	}
	c.Store.Attach(c.Query.Get("project_name"), c.Query.Get("entity_type"), c.Query.Get("entity_id"), c.User, store.Attachment{
		FileName: c.Query.Get("file_name"),
		Object:   objectstore.Object{Content: c.Raw, MediaType: mediaType(c.Query.Get("mime_type"))},
	})
	return wire.NoContent(), nil
}

func mediaType(given string) string {
	if given == "" {
		return "application/octet-stream"
	}
	return given
}

// checkEntity checks the query parameters that say what an attachment belongs to,
// and others that are required.
func checkEntity(c *wire.Call, required ...string) error {
	if id, err := c.QueryID("entity_id"); err != nil || id == "" {
		return missingParameter(err, "entity_id")
	}
	switch c.Query.Get("entity_type") {
	case "trace", "span":
	default:
		return missingParameter(nil, "entity_type")
	}
	for _, name := range required {
		if c.Query.Get(name) == "" {
			return missingParameter(nil, name)
		}
	}
	return nil
}

func missingParameter(err error, name string) error {
	if err != nil {
		return err
	}
	return apierr.List(http.StatusBadRequest, "query param "+name+" must not be null")
}

func completeUpload(c *wire.Call) (wire.Result, error) {
	if err := c.Check(uploadComplete); err != nil {
		return wire.Result{}, err
	}
	if c.Storage == nil {
		return wire.NoContent(), nil
	}
	var parts []objectstore.Stored
	for _, p := range doc.Objects(c.Body, "uploaded_file_parts") {
		n, ok := doc.Decimal(doc.Text(p["part_number"]))
		if !ok || !n.Num().IsInt64() {
			return wire.Result{}, apierr.Message(http.StatusBadRequest, "Invalid part number")
		}
		parts = append(parts, objectstore.Stored{Number: int(n.Num().Int64()), Tag: doc.String(p, "e_tag")})
	}
	content, err := c.Storage.Complete(doc.String(c.Body, "upload_id"), parts)
	if err != nil {
		return wire.Result{}, apierr.Message(http.StatusBadRequest, "%s", err)
	}
	c.Store.Attach(doc.String(c.Body, "project_name"), doc.String(c.Body, "entity_type"), doc.String(c.Body, "entity_id"), c.User, store.Attachment{
		FileName: doc.String(c.Body, "file_name"),
		Object:   objectstore.Object{Content: content, MediaType: mediaType(doc.String(c.Body, "mime_type"))},
	})
	return wire.NoContent(), nil
}

func listAttachments(c *wire.Call) (wire.Result, error) {
	if err := checkEntity(c, "path"); err != nil {
		return wire.Result{}, err
	}
	project, err := c.QueryID("project_id")
	if err != nil || project == "" {
		return wire.Result{}, missingParameter(err, "project_id")
	}
	base, err := ownURL(c.Query.Get("path"))
	if err != nil {
		return wire.Result{}, err
	}
	if c.Query.Get("size") == "" {
		c.Query.Set("size", attachmentPageSize)
	}
	all := c.Store.Attachments(project, c.Query.Get("entity_type"), c.Query.Get("entity_id"))
	return wire.PageOf(c, len(all), func(i int) doc.Object {
		a := all[i]
		if c.Storage != nil {
			return a.View(c.StorageURL(base) + c.Storage.Share(&a.Object))
		}
		return a.View(link(base, "download", map[string]string{
			"workspace_name": c.Workspace, "container_id": project, "file_name": a.FileName, "mime_type": a.MediaType,
			"entity_type": c.Query.Get("entity_type"), "entity_id": c.Query.Get("entity_id"),
		}))
	}, nil)
}

func downloadAttachment(c *wire.Call) (wire.Result, error) {
	if c.Storage != nil {
		return wire.Result{}, errElsewhere()
	}
	if err := checkEntity(c, "container_id", "file_name", "mime_type"); err != nil {
		return wire.Result{}, err
	}
	a, err := c.Store.Attachment(c.Query.Get("container_id"), c.Query.Get("entity_type"), c.Query.Get("entity_id"), c.Query.Get("file_name"))
	if err != nil {
		return wire.Result{}, err
	}
	return wire.Result{
		Status: http.StatusOK, Raw: a.Content, RawType: c.Query.Get("mime_type"),
		Header: http.Header{"Content-Disposition": {mime.FormatMediaType("attachment", map[string]string{"filename": a.FileName})}},
	}, nil
}

func deleteAttachments(c *wire.Call) (wire.Result, error) {
	if err := c.Check(attachmentDelete); err != nil {
		return wire.Result{}, err
	}
	c.Store.DeleteAttachments(c.Body)
	return wire.NoContent(), nil
}
