package recorded

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// groups are the topics that are replayed here.
var groups = []string{"tracing", "feedback", "transport", "search", "prompts", "experiments", "datasets", "admin", "attachments"}

// folders are where the recordings are, below OPIK_TESTDATA.
var folders = []string{"vectors/typescript", "vectors/python-derived"}

// vector is a recording. Members that are not understood are errors, so that no
// recording is replayed only in part.
type vector struct {
	Scenario     string            `json:"scenario"`
	Title        string            `json:"title"`
	Group        string            `json:"group"`
	SDK          json.RawMessage   `json:"sdk"`
	Config       vectorConfig      `json:"config"`
	Steps        []string          `json:"steps"`
	Results      map[string]any    `json:"results"`
	Requests     []recordedRequest `json:"requests"`
	Unordered    string            `json:"unordered"`
	Notes        []string          `json:"notes"`
	Quirk        string            `json:"quirk"`
	Placeholders map[string]string `json:"placeholders"`

	// Derived recordings were not made by a program but written after its sources.
	Derived     bool            `json:"derived"`
	Method      string          `json:"method"`
	DerivedFrom []string        `json:"derived_from"`
	Kind        string          `json:"kind"`
	Facts       json.RawMessage `json:"facts"`
	// Cases are the inputs and outputs of a function.
	Cases []json.RawMessage `json:"cases"`
}

type vectorConfig struct {
	APIKey      string `json:"api_key"`
	Workspace   string `json:"workspace"`
	ProjectName string `json:"project_name"`
}

type recordedRequest struct {
	Method     string            `json:"method"`
	Path       string            `json:"path"`
	Query      map[string]any    `json:"query"`
	Headers    map[string]string `json:"headers"`
	Body       any               `json:"body"`
	BodyCounts map[string]int    `json:"body_counts"` // real lengths of lists that were cut
	BodyBytes  int               `json:"body_bytes"`
	// URL is set if the request does not go to the API, and RawQuery where the
	// encoding of the query matters. BodyText is a body that is no JSON.
	URL      string           `json:"url"`
	RawQuery string           `json:"raw_query"`
	BodyText string           `json:"body_text"`
	Response recordedResponse `json:"response"`
	TMS      *int             `json:"t_ms"`
}

type recordedResponse struct {
	Status      int               `json:"status"`
	Headers     map[string]string `json:"headers"`
	ContentType string            `json:"content_type"`
	Body        any               `json:"body"`
	NDJSON      []any             `json:"ndjson"`
	BodyCounts  map[string]int    `json:"body_counts"` // real length of NDJSON that was cut
	Dropped     bool              `json:"dropped"`
}

// served says that the server did what the request asks for.
func (r recordedRequest) served() bool { return !r.Response.Dropped && r.Response.Status < 300 }

func (r recordedRequest) isSearch() bool { return strings.HasSuffix(r.Path, "/search") }

// loadVectors reads the recordings of the groups.
func loadVectors(t *testing.T) []vector {
	t.Helper()
	root := os.Getenv("OPIK_TESTDATA")
	if root == "" {
		t.Skip("OPIK_TESTDATA is not set")
	}
	var all []vector
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(folder), "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		if len(files) == 0 {
			t.Fatalf("no recordings in %s of OPIK_TESTDATA", folder)
		}
		for _, file := range files {
			v, err := loadVector(file)
			if err != nil {
				t.Errorf("%s: %v", filepath.Base(file), err)
				continue
			}
			if v != nil {
				all = append(all, *v)
			}
		}
	}
	return all
}

// loadVector returns nil for a recording of another group.
func loadVector(file string) (*vector, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var topic struct{ Group string }
	if err := json.Unmarshal(data, &topic); err != nil {
		return nil, err
	}
	if !slices.Contains(groups, topic.Group) {
		return nil, nil
	}
	var v vector
	if err := decodeStrictly(data, &v); err != nil {
		return nil, err
	}
	if want := strings.TrimSuffix(filepath.Base(file), ".json"); v.Scenario != want {
		return nil, fmt.Errorf("it names its scenario %q", v.Scenario)
	}
	for i := range v.Requests {
		if err := v.Requests[i].expand(); err != nil {
			return nil, fmt.Errorf("request %d: %w", i+1, err)
		}
	}
	return &v, nil
}

func decodeStrictly(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one JSON value")
	}
	return nil
}

// expand fills lists of which only the first and the last element were kept.
func (r *recordedRequest) expand() error {
	for name, n := range r.BodyCounts {
		body, ok := r.Body.(map[string]any)
		if !ok {
			return errors.New("a body with counts that is no object")
		}
		ends, ok := body[name].([]any)
		if !ok || len(ends) != 2 || n < 2 {
			return fmt.Errorf("%s: a list of %d with %d elements left", name, n, len(ends))
		}
		list, err := interpolateList(ends[0], ends[1], n)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		body[name] = list
	}
	return nil
}
