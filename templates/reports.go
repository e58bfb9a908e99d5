package templates

import (
	"context"
	"iter"

	"github.com/opik-go/sdk/gen/rest"
)

// Reports reads the reports about a project that the server's assistant writes, and
// says whether and when it does.
//
//opik:service tag=Reports
type Reports interface {
	List(ctx context.Context, projectID string) iter.Seq2[rest.OllieReport, error]

	// Generate lets the assistant write a report now and returns the id of it. It does
	// not wait for the end: the status of the report in [ReportsService.List] tells.
	//
	//opik:op generateReport
	Generate(ctx context.Context, projectID string) (string, error)

	// Complete stores what an assistant has written for a report that is being made.
	//
	//opik:op completeReport
	Complete(ctx context.Context, projectID, reportID string, status rest.OllieReportStatus) error

	// Preference returns whether, when and how reports of a project are written.
	//
	//opik:op getReportPreference
	Preference(ctx context.Context, projectID string) (*rest.ReportPreference, error)

	// UpdatePreference says whether, when and how reports of a project are written,
	// and returns it.
	//
	//opik:op updateReportPreference
	UpdatePreference(ctx context.Context, projectID string) (*rest.ReportPreference, error)

	// ListFailures returns the failures of a kind of report in a project.
	//
	//opik:op findReportFailures
	ListFailures(ctx context.Context, projectID string, reportType rest.ReportFailureType) iter.Seq2[rest.ReportFailure, error]

	// CreateFailure notes that a report could not be made, and returns the id of the
	// note.
	//
	//opik:op createReportFailure
	CreateFailure(ctx context.Context, projectID string, reportType rest.ReportFailureType, reason string) (string, error)
}
