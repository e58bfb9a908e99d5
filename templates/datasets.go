package templates

import (
	"context"
	"iter"

	"github.com/opik-go/sdk/gen/rest"
)

// ClientDatasets are the methods of Client about datasets.
//
//opik:client
type ClientDatasets interface {
	// CreateDataset creates a dataset and returns it. It fails with [ErrConflict] if
	// the workspace has one of that name; [Client.GetOrCreateDataset] does not.
	CreateDataset(ctx context.Context, name string) (*Dataset, error)

	// GetDataset returns the dataset with the name, which may also be a test suite. It
	// fails with [ErrNotFound] if there is none. No items are read before they are asked
	// for. [DatasetsService.Get] finds a dataset by its id.
	//
	//opik:op getDatasetByIdentifier
	GetDataset(ctx context.Context, datasetName string) (*Dataset, error)

	// DeleteDataset deletes the dataset with the name. It fails with [ErrNotFound] if
	// there is none. [DatasetsService.Delete] deletes one by its id.
	//
	//opik:op deleteDatasetByName
	DeleteDataset(ctx context.Context, datasetName string) error
}

// Dataset is a dataset on the server: items that an application is tried with. Make
// or find one with [Client.CreateDataset], [Client.GetDataset],
// [Client.GetOrCreateDataset] or [Client.GetDatasets].
//
// Items are written with Insert, UpdateItems, DeleteItems and Clear, each of which
// makes a new version of the dataset, and read with Items. The Import and Export
// methods carry them from and to files. Update and Delete are about the dataset itself.
//
//opik:handle rest.Dataset service=Datasets state=datasetState
type Dataset interface {
	// Diff returns how what is in the dataset now differs from the latest version.
	// [DatasetVersion.Diff] compares two versions.
	//
	//opik:method CompareVersions
	Diff(ctx context.Context) (*rest.DatasetVersionDiff, error)

	// StartExport lets the server write the dataset to a CSV file, and returns the job
	// that does so. [Dataset.ExportCSV] writes one here.
	StartExport(ctx context.Context) (*rest.DatasetExportJob, error)
}

// Datasets reads and writes datasets with their items, versions and exports.
//
//opik:service tag=Datasets
type Datasets interface {
	Get(ctx context.Context, id string) (*Dataset, error)

	// List returns the datasets of the workspace that match params, test suites too.
	List(ctx context.Context) iter.Seq2[*Dataset, error]

	// Update renames a dataset and changes what params sets; a description that is not
	// set is removed. It fails with [ErrNotFound] if there is no such dataset, and with
	// [ErrConflict] if another one has the name. [Dataset.Update] keeps what is not set.
	Update(ctx context.Context, id, name string) error

	// Delete deletes a dataset. A dataset that does not exist is no error.
	Delete(ctx context.Context, id string) error

	//opik:op deleteDatasetsBatch
	DeleteBatch(ctx context.Context, ids []string) error

	// Expand lets a language model of the workspace's providers make new items that
	// are like those of the dataset. The items are returned, not stored.
	Expand(ctx context.Context, id, model string) (*rest.DatasetExpansionResponse, error)

	// UpsertItems stores items in a dataset, given by params.DatasetID or
	// params.DatasetName; a dataset of that name is created if there is none. An item
	// with the id of an existing one replaces it; items without an id are always new.
	//
	//opik:op createOrUpdateDatasetItems
	UpsertItems(ctx context.Context, items []rest.DatasetItem) error
	GetItem(ctx context.Context, itemID string) (*rest.DatasetItem, error)
	ListItems(ctx context.Context, id string) iter.Seq2[rest.DatasetItem, error]

	// SearchItems returns the items of a dataset that match params, newest first. A
	// dataset that does not exist has none. [DatasetsService.ListItems] reads pages
	// instead.
	SearchItems(ctx context.Context, datasetName string) iter.Seq2[rest.DatasetItem, error]

	// UpdateItem changes an item, which makes a new version of the dataset. What params
	// does not set stays as it is. It fails with [ErrNotFound] if there is no such item.
	UpdateItem(ctx context.Context, itemID string) error

	// UpdateItems makes the same change to several items: either those with
	// params.IDs, or those of params.DatasetID that match params.Filters.
	//
	//opik:op batchUpdateDatasetItems
	UpdateItems(ctx context.Context, update rest.DatasetItemUpdate) error

	// DeleteItems deletes items: either those with params.ItemIDs, or those of
	// params.DatasetID that match params.Filters, which are all without filters.
	DeleteItems(ctx context.Context) error

	// CreateItemsFromCSV stores the rows of a CSV file as items. The server reads the
	// file after it has answered; the dataset's status says when it is done.
	CreateItemsFromCSV(ctx context.Context, datasetID string, file rest.File) error

	// CreateItemsFromJSON stores the elements of a JSON file as items. The server
	// reads the file after it has answered; the dataset's status says when it is done.
	CreateItemsFromJSON(ctx context.Context, datasetID string, file rest.File, format rest.CreateDatasetItemsFromJSONFormFormat) error

	// CreateItemsFromSpans stores spans as items.
	CreateItemsFromSpans(ctx context.Context, datasetID string, spanIDs []string, enrichmentOptions rest.SpanEnrichmentOptions) error

	// CreateItemsFromTraces stores traces as items.
	CreateItemsFromTraces(ctx context.Context, datasetID string, traceIDs []string, enrichmentOptions rest.TraceEnrichmentOptions) error

	// ApplyItemChanges adds, changes and deletes items in one new version, which it
	// returns. It fails with [ErrConflict] if params.BaseVersion is not the latest
	// version and params.Override is not set.
	ApplyItemChanges(ctx context.Context, id string) (*rest.DatasetVersion, error)

	// ListExperimentItems returns the items of a dataset together with what
	// experiments made of them.
	//
	//opik:op findDatasetItemsWithExperimentItems
	ListExperimentItems(ctx context.Context, id string, experimentIDs []string) iter.Seq2[rest.DatasetItem, error]

	// ExperimentItemsStats returns figures about what experiments made of the items of
	// a dataset.
	//
	//opik:op getDatasetExperimentItemsStats
	ExperimentItemsStats(ctx context.Context, id string, experimentIDs []string) ([]rest.ProjectStatItemObject, error)

	// OutputColumns returns the members of the outputs that experiments made of the
	// items of a dataset.
	//
	//opik:op getDatasetItemsOutputColumns
	OutputColumns(ctx context.Context, id string) ([]rest.Column, error)

	// ListVersions returns the versions of a dataset, newest first.
	ListVersions(ctx context.Context, id string) iter.Seq2[rest.DatasetVersion, error]

	// RetrieveVersion returns the version with the name, such as v3. It fails with
	// [ErrNotFound] if there is none.
	RetrieveVersion(ctx context.Context, id, versionName string) (*rest.DatasetVersion, error)

	// CompareVersions returns how the latest version differs from what is in the
	// dataset now.
	CompareVersions(ctx context.Context, id string) (*rest.DatasetVersionDiff, error)

	// UpdateVersion changes the description of a version and adds tags to it. It fails
	// with [ErrNotFound] if there is no such version, and with [ErrConflict] if the
	// dataset has one of the tags already.
	UpdateVersion(ctx context.Context, id, versionHash string) (*rest.DatasetVersion, error)

	// RestoreVersion makes a new version that is as the one with the hash or tag, and
	// returns it.
	RestoreVersion(ctx context.Context, id, versionRef string) (*rest.DatasetVersion, error)

	// CreateVersionTag tags a version. It fails with [ErrConflict] if the dataset has
	// the tag already.
	CreateVersionTag(ctx context.Context, id, versionHash, tag string) error

	// DeleteVersionTag removes a tag from a version. The tag "latest" cannot be removed.
	DeleteVersionTag(ctx context.Context, id, versionHash, tag string) error

	// StartExport lets the server write the dataset to a CSV file, and returns the job
	// that does so: a new one, or the one that is running. When the status of the job
	// says that it is completed, [DatasetsService.DownloadExport] gets the file.
	StartExport(ctx context.Context, id string) (*rest.DatasetExportJob, error)
	GetExportJob(ctx context.Context, jobID string) (*rest.DatasetExportJob, error)

	// ExportJobs returns all jobs that the server has kept.
	//
	//opik:op getDatasetExportJobs
	ExportJobs(ctx context.Context) ([]rest.DatasetExportJob, error)

	// DownloadExport returns the CSV file that a job wrote. It fails with [ErrNotFound]
	// if there is no such job, and with [ErrInvalid] if the job is not completed.
	DownloadExport(ctx context.Context, jobID string) (*rest.Content, error)

	// MarkExportJobViewed notes that somebody has seen the result of a job.
	MarkExportJobViewed(ctx context.Context, jobID string) error
}
