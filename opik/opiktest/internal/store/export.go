package store

import (
	"bytes"
	"encoding/csv"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// exportLife is how long a finished export can be downloaded.
const exportLife = 24 * time.Hour

// Export is a job that writes the latest version of a dataset as CSV.
type Export struct {
	stamp
	ID      string
	dataset *Dataset
	content []byte // nil until the job is done
	viewed  time.Time
}

func errExportNotFound() error {
	return apierr.Message(http.StatusNotFound, "Dataset export job not found")
}

// View is the job as answers show it.
func (e *Export) View() doc.Object {
	o := doc.Object{"id": e.ID, "dataset_id": e.dataset.ID, "dataset_name": e.dataset.Name, "status": "PENDING"}
	if e.content != nil {
		o["status"] = "COMPLETED"
		o["file_path"] = "exports/" + e.ID + ".csv"
		o["expires_at"] = doc.FormatTime(e.updated.Add(exportLife))
	}
	if !e.viewed.IsZero() {
		o["viewed_at"] = doc.FormatTime(e.viewed)
	}
	e.addTo(o)
	return o
}

// StartExport begins a job, or returns the one that is still at work for the
// dataset.
func (s *Store) StartExport(d *Dataset, user string) (job *Export, started bool) {
	for _, e := range s.exports {
		if e.dataset == d && e.content == nil {
			return e, false
		}
	}
	e := &Export{ID: s.NewID(), dataset: d, stamp: s.newStamp(user)}
	s.exports[e.ID] = e
	s.background(func() {
		e.content = csvOf(d.Latest().Items())
		e.stamp = s.touch(e.stamp, user)
	})
	return e, true
}

// Exports returns all jobs, oldest first.
func (s *Store) Exports() []*Export {
	return slices.SortedFunc(maps.Values(s.exports), func(a, b *Export) int { return strings.Compare(a.ID, b.ID) })
}

// Export returns the job with the id.
func (s *Store) Export(id string) (*Export, error) {
	if e := s.exports[id]; e != nil {
		return e, nil
	}
	return nil, errExportNotFound()
}

// Content returns the file of a job that is done.
func (e *Export) Content() ([]byte, error) {
	if e.content == nil {
		return nil, apierr.Message(http.StatusBadRequest, "Dataset export job is not ready for download")
	}
	return e.content, nil
}

// MarkViewed notes that a user has seen the job.
func (s *Store) MarkViewed(id string) error {
	e, err := s.Export(id)
	if err != nil {
		return err
	}
	e.viewed = s.now()
	return nil
}

// csvOf writes items with one column for each member of their data, by name.
func csvOf(items []*Item) []byte {
	names := map[string]bool{}
	for _, i := range items {
		for name := range doc.Member(i.Fields, "data") {
			names[name] = true
		}
	}
	columns := sortedKeys(names)
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	records := [][]string{columns}
	for _, i := range items {
		record := make([]string, len(columns))
		for n, name := range columns {
			record[n] = doc.Text(doc.Member(i.Fields, "data")[name])
		}
		records = append(records, record)
	}
	if err := w.WriteAll(records); err != nil {
		panic("opiktest: writing CSV into memory: " + err.Error()) // cannot fail
	}
	return append([]byte{}, b.Bytes()...)
}
