package main

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strings"
)

//go:embed cases/*.json
var caseFiles embed.FS

// A testCase is a document that clients write and read.
type testCase struct {
	// Name is the name of the file.
	Name string `json:"-"`
	// Title says what is proved.
	Title string `json:"title"`
	// Handover makes another client go on with what the first one began.
	Handover bool `json:"handover"`
	// Extra names the objects that a client may add members to when it writes, and
	// the members: the Python client keeps the usage as it came beside the usual
	// names. The key is the path of the object, with * for any index.
	Extra map[string][]string `json:"extra"`
	// Data is the document. {writer} in a text stands for the client that writes.
	Data json.RawMessage `json:"data"`
}

// dataFor returns the document with the names that a writer uses.
func (c *testCase) dataFor(writer string) json.RawMessage {
	return json.RawMessage(strings.ReplaceAll(string(c.Data), "{writer}", writer))
}

// loadCases reads the cases in the order of their files.
func loadCases() ([]*testCase, error) {
	files, err := caseFiles.ReadDir("cases")
	if err != nil {
		return nil, err
	}
	var all []*testCase
	for _, f := range files {
		data, err := caseFiles.ReadFile(path.Join("cases", f.Name()))
		if err != nil {
			return nil, err
		}
		c := &testCase{Name: strings.TrimSuffix(f.Name(), ".json")}
		if err := json.Unmarshal(data, c); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
		all = append(all, c)
	}
	return all, nil
}
