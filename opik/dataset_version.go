package opik

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"slices"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/clone"
)

// DatasetVersion is a state that a dataset was in: a view of its items that cannot be
// changed. [Dataset.Version] and [Dataset.Versions] return it. It is safe for
// concurrent use. A nil version is empty, and its methods return [ErrNilHandle].
type DatasetVersion struct {
	dataset *Dataset
	record  rest.DatasetVersion
}

// DatasetVersionNotFoundError says that a dataset has no such version. It matches
// [ErrNotFound].
type DatasetVersionNotFoundError struct {
	// Dataset is the name of the dataset.
	Dataset string
	// Version is what was asked for; empty if the dataset has no version at all.
	Version string
	// Err is the refusal of the server; nil if there was none.
	Err error
}

// Error names dataset and version.
func (e *DatasetVersionNotFoundError) Error() string {
	if e.Version == "" {
		return fmt.Sprintf("opik: dataset %q has no version", e.Dataset)
	}
	return fmt.Sprintf("opik: dataset %q has no version %q", e.Dataset, e.Version)
}

// Is reports whether target is [ErrNotFound].
func (e *DatasetVersionNotFoundError) Is(target error) bool { return target == ErrNotFound }

// Unwrap returns the refusal of the server.
func (e *DatasetVersionNotFoundError) Unwrap() error { return e.Err }

var versionName = regexp.MustCompile(`^v\d+$`)

// Version returns a version by its name, such as "v3", by its hash, by its id, or by
// one of its tags, such as "latest". It fails with a [*DatasetVersionNotFoundError] if
// there is none.
//
// It blocks for one request if ref is a name, and for those that list all versions
// otherwise. A refusal by the server is an [*APIError].
func (h *Dataset) Version(ctx context.Context, ref string, opts ...CallOption) (*DatasetVersion, error) {
	if err := h.usable(); err != nil {
		return nil, err
	}
	missing := &DatasetVersionNotFoundError{Dataset: h.Name(), Version: ref}
	if versionName.MatchString(ref) {
		record, err := h.client.Datasets.RetrieveVersion(ctx, h.ID(), ref, opts...)
		if errors.Is(err, ErrNotFound) {
			missing.Err = err
			return nil, missing
		}
		if err != nil {
			return nil, err
		}
		return &DatasetVersion{h, *record}, nil
	}
	for v, err := range h.Versions(ctx, opts...) {
		if err != nil {
			return nil, err
		}
		if v.record.VersionHash == ref || v.record.ID == ref || slices.Contains(v.record.Tags, ref) {
			return v, nil
		}
	}
	return nil, missing
}

// CurrentVersion returns the version that the dataset is in. A dataset that never had
// items, and a server that keeps no versions, is a [*DatasetVersionNotFoundError]
// without a version.
//
// It blocks until the server has answered its request. Another refusal by the server
// is an [*APIError].
func (h *Dataset) CurrentVersion(ctx context.Context, opts ...CallOption) (*DatasetVersion, error) {
	if err := h.usable(); err != nil {
		return nil, err
	}
	page, err := h.client.Datasets.ListVersionsPage(ctx, h.ID(), DatasetListVersionsParams{PageSize: 1}, opts...)
	switch {
	case errors.Is(err, ErrForbidden), errors.Is(err, ErrNotFound): // versions are turned off
		return nil, &DatasetVersionNotFoundError{Dataset: h.Name(), Err: err}
	case err != nil:
		return nil, err
	case len(page.Items) == 0:
		return nil, &DatasetVersionNotFoundError{Dataset: h.Name()}
	}
	return &DatasetVersion{h, page.Items[0]}, nil
}

// Versions returns the versions of the dataset, newest first.
//
// It fetches pages as the caller goes on and none after the caller stops. After an
// error the iterator ends; every range over it starts anew. A refusal by the server
// is an [*APIError].
func (h *Dataset) Versions(ctx context.Context, opts ...CallOption) iter.Seq2[*DatasetVersion, error] {
	if err := h.usable(); err != nil {
		return failed[*DatasetVersion](err)
	}
	return func(yield func(*DatasetVersion, error) bool) {
		for record, err := range h.client.Datasets.ListVersions(ctx, h.ID(), DatasetListVersionsParams{}, opts...) {
			var v *DatasetVersion
			if err == nil {
				v = &DatasetVersion{h, record}
			}
			if !yield(v, err) {
				return
			}
		}
	}
}

// known returns the record itself: what it points to is shared.
func (v *DatasetVersion) known() (record rest.DatasetVersion) {
	if v == nil {
		return record
	}
	return v.record
}

func (v *DatasetVersion) usable() error {
	if v == nil {
		return ErrNilHandle
	}
	return v.dataset.usable()
}

// Dataset returns the dataset that it is a version of.
func (v *DatasetVersion) Dataset() *Dataset {
	if v == nil {
		return nil
	}
	return v.dataset
}

// ID returns the id of the version, which experiments are linked to.
func (v *DatasetVersion) ID() string { return v.known().ID }

// Name returns the name of the version, such as "v3".
func (v *DatasetVersion) Name() string { return v.known().VersionName }

// Hash returns the hash of the version: the last eight characters of its id.
func (v *DatasetVersion) Hash() string { return v.known().VersionHash }

// ItemsCount returns the number of items of the version.
func (v *DatasetVersion) ItemsCount() int { return valueOf(v.known().ItemsTotal) }

// Record returns what the server said about the version when it was read: its tags,
// evaluators and policy, how it came about, and more. It is a copy, which the caller may
// change.
func (v *DatasetVersion) Record() rest.DatasetVersion { return clone.Of(v.known()) }

// Items returns the items of the version, as [Dataset.Items] does.
func (v *DatasetVersion) Items(ctx context.Context, params DatasetItemsParams, opts ...CallOption) iter.Seq2[DatasetItem, error] {
	if err := v.usable(); err != nil {
		return failed[DatasetItem](err)
	}
	return v.dataset.items(ctx, v.record.VersionHash, params, opts...)
}

// Restore makes a new version of the dataset that is as this one, and returns it. It
// blocks until the server has answered its request. A refusal by the server is an
// [*APIError].
func (v *DatasetVersion) Restore(ctx context.Context, opts ...CallOption) (*DatasetVersion, error) {
	if err := v.usable(); err != nil {
		return nil, err
	}
	d := v.dataset
	if err := d.writing.take(ctx); err != nil {
		return nil, err
	}
	defer d.writing.give()
	d.written = true
	d.forget()
	record, err := d.client.Datasets.RestoreVersion(ctx, d.ID(), v.record.VersionHash, opts...)
	if err != nil {
		return nil, err
	}
	return &DatasetVersion{d, *record}, nil
}

// Tag adds a tag to the version. It fails with [ErrConflict] if a version of the
// dataset has the tag already. It blocks until the server has answered its request.
func (v *DatasetVersion) Tag(ctx context.Context, tag string, opts ...CallOption) error {
	if err := v.usable(); err != nil {
		return err
	}
	return v.dataset.client.Datasets.CreateVersionTag(ctx, v.dataset.ID(), v.record.VersionHash, tag, opts...)
}

// Untag removes a tag from the version; one that it does not have is no error. The tag
// "latest" cannot be removed. It blocks until the server has answered its request.
func (v *DatasetVersion) Untag(ctx context.Context, tag string, opts ...CallOption) error {
	if err := v.usable(); err != nil {
		return err
	}
	return v.dataset.client.Datasets.DeleteVersionTag(ctx, v.dataset.ID(), v.record.VersionHash, tag, opts...)
}

// Describe sets what changed with the version, for readers of the list of versions.
// It blocks until the server has answered its request.
func (v *DatasetVersion) Describe(ctx context.Context, changes string, opts ...CallOption) error {
	if err := v.usable(); err != nil {
		return err
	}
	params := DatasetUpdateVersionParams{ChangeDescription: changes}
	_, err := v.dataset.client.Datasets.UpdateVersion(ctx, v.dataset.ID(), v.record.VersionHash, params, opts...)
	return err
}
