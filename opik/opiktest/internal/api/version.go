package api

import (
	"net/http"
	"regexp"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func versionRoutes() []*wire.Route {
	return []*wire.Route{
		limited(wire.GeneralEvents, with("applyDatasetItemChanges", http.MethodPost, "/datasets/{id}/items/changes", applyChanges)),
		get("listDatasetVersions", "/datasets/{id}/versions", listVersions),
		get("compareDatasetVersions", "/datasets/{id}/versions/diff", diffVersions),
		with("restoreDatasetVersion", http.MethodPost, "/datasets/{id}/versions/restore", restoreVersion),
		with("retrieveDatasetVersion", http.MethodPost, "/datasets/{id}/versions/retrieve", retrieveVersion),
		with("updateDatasetVersion", http.MethodPatch, "/datasets/{id}/versions/hash/{versionHash}", updateVersion),
		with("createVersionTag", http.MethodPost, "/datasets/{id}/versions/hash/{versionHash}/tags", tagVersion),
		without("deleteVersionTag", http.MethodDelete, "/datasets/{id}/versions/{versionHash}/tags/{tag}", untagVersion),
	}
}

// itemEdit is an item as changes name it: it needs its id.
var itemEdit = append(validate.Shape{{Name: "id", Kind: validate.UUID, Required: true}}, itemChange...)

var itemChanges = validate.Shape{
	{Name: "base_version", Kind: validate.UUID},
	{Name: "added_items", Kind: validate.Objects, MaxItems: maxBatch, Shape: itemWrite},
	{Name: "edited_items", Kind: validate.Objects, MaxItems: maxBatch, Shape: itemEdit},
	{Name: "deleted_ids", Kind: validate.UUIDs, MaxItems: maxBatch},
	{Name: "tags", Kind: validate.Strings},
	{Name: "change_description", Kind: validate.String},
	{Name: "metadata", Kind: validate.Object},
	{Name: "evaluators", Kind: validate.Objects, Shape: evaluator},
	{Name: "execution_policy", Kind: validate.Object, Shape: executionPolicy},
	{Name: "clear_execution_policy", Kind: validate.Bool},
}

func applyChanges(c *wire.Call) (wire.Result, error) {
	d, err := dataset(c, "id")
	if err != nil {
		return wire.Result{}, err
	}
	if err := c.Check(itemChanges); err != nil {
		return wire.Result{}, err
	}
	changes := store.Changes{Base: doc.String(c.Body, "base_version"), Override: c.QueryBool("override"), Body: c.Body}
	if changes.Base == "" && !changes.Override {
		return wire.Result{}, apierr.Invalid("baseVersion must not be null")
	}
	for _, item := range doc.Objects(c.Body, "added_items") {
		if err := checkSource(item); err != nil {
			return wire.Result{}, err
		}
	}
	v, err := c.Store.ApplyChanges(d, changes, c.User)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.Result{Status: http.StatusCreated, Body: v.View(), Created: v.ID}, nil
}

func listVersions(c *wire.Call) (wire.Result, error) {
	d, err := dataset(c, "id")
	if err != nil {
		return wire.Result{}, err
	}
	views := []doc.Object{}
	for _, v := range d.Versions() {
		views = append(views, v.View())
	}
	return wire.Page(c, views, nil)
}

// diffVersions compares the latest version with the working state. As every
// change makes a version or changes the latest one, they are always the same.
func diffVersions(c *wire.Call) (wire.Result, error) {
	d, err := dataset(c, "id")
	if err != nil {
		return wire.Result{}, err
	}
	v := d.Latest()
	if v == nil {
		return wire.Result{}, apierr.Message(http.StatusNotFound, "Dataset version not found")
	}
	return wire.OK(doc.Object{
		"from_version": v.View()["version_hash"], "to_version": "draft",
		"statistics": doc.Object{
			"items_added": 0, "items_modified": 0, "items_deleted": 0, "items_unchanged": len(v.Items()),
		},
	}), nil
}

var versionRef = validate.Shape{{Name: "version_ref", Kind: validate.String, Required: true, NotBlank: true}}

func restoreVersion(c *wire.Call) (wire.Result, error) {
	d, err := dataset(c, "id")
	if err != nil {
		return wire.Result{}, err
	}
	if err := c.Check(versionRef); err != nil {
		return wire.Result{}, err
	}
	return versionAnswer(c.Store.RestoreVersion(d, doc.String(c.Body, "version_ref"), c.User))
}

func versionAnswer(v *store.Version, err error) (wire.Result, error) {
	if err != nil {
		return wire.Result{}, err
	}
	return wire.OK(v.View()), nil
}

var (
	versionRetrieve = validate.Shape{{Name: "version_name", Kind: validate.String, Required: true, NotBlank: true}}
	versionName     = regexp.MustCompile(`^v\d+$`)
)

func retrieveVersion(c *wire.Call) (wire.Result, error) {
	d, err := dataset(c, "id")
	if err != nil {
		return wire.Result{}, err
	}
	if err := c.Check(versionRetrieve); err != nil {
		return wire.Result{}, err
	}
	name := doc.String(c.Body, "version_name")
	if !versionName.MatchString(name) {
		return wire.Result{}, apierr.Invalid("versionName must match '^v\\d+$'")
	}
	return versionAnswer(d.VersionNamed(name))
}

var versionUpdate = validate.Shape{
	{Name: "change_description", Kind: validate.String},
	{Name: "tags_to_add", Kind: validate.Strings, MaxItems: 100, MaxLen: maxTagLen},
}

func updateVersion(c *wire.Call) (wire.Result, error) {
	d, err := dataset(c, "id")
	if err != nil {
		return wire.Result{}, err
	}
	if err := c.Check(versionUpdate); err != nil {
		return wire.Result{}, err
	}
	return versionAnswer(c.Store.DescribeVersion(d, c.Params["versionHash"], c.Body, c.User))
}

var versionTag = validate.Shape{{Name: "tag", Kind: validate.String, Required: true, NotBlank: true, MaxLen: maxTagLen}}

func tagVersion(c *wire.Call) (wire.Result, error) {
	d, err := dataset(c, "id")
	if err != nil {
		return wire.Result{}, err
	}
	if err := c.Check(versionTag); err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.TagVersion(d, c.Params["versionHash"], doc.String(c.Body, "tag")))
}

func untagVersion(c *wire.Call) (wire.Result, error) {
	d, err := dataset(c, "id")
	if err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.UntagVersion(d, c.Params["versionHash"], c.Params["tag"]))
}
