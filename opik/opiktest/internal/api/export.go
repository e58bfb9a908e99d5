package api

import (
	"net/http"

	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func exportRoutes() []*wire.Route {
	return []*wire.Route{
		limited(wire.GeneralEvents, without("startDatasetExport", http.MethodPost, "/datasets/{id}/export", startExport)),
		get("getDatasetExportJobs", "/datasets/export-jobs", listExports),
		get("getDatasetExportJob", "/datasets/export-jobs/{jobId}", getExport),
		get("downloadDatasetExport", "/datasets/export-jobs/{jobId}/download", downloadExport),
		without("markDatasetExportJobViewed", http.MethodPut, "/datasets/export-jobs/{jobId}/mark-viewed", markViewed),
	}
}

func startExport(c *wire.Call) (wire.Result, error) {
	d, err := dataset(c, "id")
	if err != nil {
		return wire.Result{}, err
	}
	job, started := c.Store.StartExport(d, c.User)
	if !started {
		return wire.OK(job.View()), nil
	}
	return wire.Result{Status: http.StatusAccepted, Body: job.View()}, nil
}

func listExports(c *wire.Call) (wire.Result, error) {
	list := []any{}
	for _, e := range c.Store.Exports() {
		list = append(list, e.View())
	}
	return wire.OK(list), nil
}

func getExport(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("jobId")
	if err != nil {
		return wire.Result{}, err
	}
	e, err := c.Store.Export(id)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.OK(e.View()), nil
}

func downloadExport(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("jobId")
	if err != nil {
		return wire.Result{}, err
	}
	e, err := c.Store.Export(id)
	if err != nil {
		return wire.Result{}, err
	}
	content, err := e.Content()
	if err != nil {
		return wire.Result{}, err
	}
	return wire.Result{
		Status: http.StatusOK, Raw: content, RawType: "text/csv",
		Header: http.Header{"Content-Disposition": {`attachment; filename="` + e.ID + `.csv"`}},
	}, nil
}

func markViewed(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("jobId")
	if err != nil {
		return wire.Result{}, err
	}
	return done(c.Store.MarkViewed(id))
}
