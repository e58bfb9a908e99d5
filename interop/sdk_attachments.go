package main

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
)

// attachmentsDoc is the document of the case attachments.
type attachmentsDoc struct {
	Project string    `json:"project"`
	Trace   []fileDoc `json:"trace"`
	Span    []fileDoc `json:"span"`
}

type fileDoc struct {
	FileName string `json:"file_name"`
	MIMEType string `json:"mime_type"`
	Content  []byte `json:"base64"`
}

func addAttachments(acts map[string]act, client *opik.Client) {
	acts["write attachments"] = doing(func(ctx context.Context, data attachmentsDoc, _ none) (entityKeys, error) {
		ctx, trace := client.StartTrace(ctx, "with files", opik.InProject(data.Project))
		_, span := trace.StartSpan(ctx, "with files")
		span.End()
		trace.End()
		for _, file := range data.Trace {
			if err := upload(ctx, client, data.Project, opik.AttachToTrace, trace.ID(), file); err != nil {
				return entityKeys{}, err
			}
		}
		for _, file := range data.Span {
			if err := upload(ctx, client, data.Project, opik.AttachToSpan, span.ID(), file); err != nil {
				return entityKeys{}, err
			}
		}
		return entityKeys{trace.ID(), span.ID()}, nil
	})
	acts["read attachments"] = doing(func(ctx context.Context, data attachmentsDoc, keys entityKeys) (read attachmentsDoc, err error) {
		project, err := client.Projects.Retrieve(ctx, data.Project, opik.ProjectRetrieveParams{})
		if err != nil {
			return read, err
		}
		read.Project = project.Name
		if read.Trace, err = download(ctx, client, project.ID, opik.AttachToTrace, keys.Trace); err != nil {
			return read, err
		}
		read.Span, err = download(ctx, client, project.ID, opik.AttachToSpan, keys.Span)
		return read, err
	})
}

func upload(ctx context.Context, client *opik.Client, project string, entity opik.AttachmentEntityType, id string, file fileDoc) error {
	return client.UploadAttachment(ctx, opik.AttachmentUpload{
		EntityType: entity, EntityID: id, ProjectName: project, FileName: file.FileName, MIMEType: file.MIMEType,
	}, bytes.NewReader(file.Content))
}

// download returns the attachments of a trace or span, by name.
func download(ctx context.Context, client *opik.Client, projectID string, entity opik.AttachmentEntityType, id string) (files []fileDoc, err error) {
	for attachment, err := range client.Attachments.List(ctx, projectID, entity, id, opik.AttachmentListParams{}) {
		if err != nil {
			return nil, err
		}
		content, err := read(ctx, client, attachment)
		if err != nil {
			return nil, err
		}
		files = append(files, fileDoc{attachment.FileName, attachment.MimeType, content})
	}
	slices.SortFunc(files, func(a, b fileDoc) int { return strings.Compare(a.FileName, b.FileName) })
	return files, nil
}

func read(ctx context.Context, client *opik.Client, attachment rest.Attachment) ([]byte, error) {
	content, err := client.OpenAttachment(ctx, attachment)
	if err != nil {
		return nil, err
	}
	defer content.Close()
	return io.ReadAll(content.Body)
}
