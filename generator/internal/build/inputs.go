// Package build runs the stages of the generator one after the other, from the
// bytes of the inputs to the bytes of the outputs. Nothing in it writes.
package build

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/gosrc"
	"github.com/opik-go/sdk/generator/internal/restgen"
	"github.com/opik-go/sdk/generator/internal/tmpl"
)

// Where the inputs are, relative to the root of the tree.
const (
	ContractFile = "api/openapi.yaml"
	OverlayFile  = "api/overlay.yaml"
	SettingsFile = "api/rest.yaml"
	TemplatesDir = "templates"
	RESTDir      = restgen.Folder
	SDKDir       = "opik"
)

// Inputs is everything that the output depends on.
type Inputs struct {
	Contract  Source
	Overlay   Source // without data: none
	Settings  Source
	Templates []tmpl.File
	// HandWritten is the Go files of the SDK that are written by hand and hold
	// directives.
	HandWritten []Source
	// Code is the Go files of the SDK that are written by hand and part of its API.
	Code []gosrc.File
	// Module is the import path of the root module.
	Module string
	// OmitMissing leaves out what templates and overlay speak of and the contract
	// lacks.
	OmitMissing bool
	// KeepParams holds the methods, as Service.Method, that keep their params struct
	// when the contract leaves no field for it.
	KeepParams map[string]bool
}

// Source is a file that was read. Name is what diagnostics call it.
type Source struct {
	Name string
	Data []byte
}

// Read reads the inputs of the tree at root. A contract other than the tree's can
// be given by its path.
func Read(root, contract string) (*Inputs, diag.List) {
	var problems diag.List
	read := func(name, path string) Source {
		data, err := os.ReadFile(path)
		if err != nil {
			problems.Errorf(diag.Position{File: name}, "unreadable", "%v", diag.WithoutPath(err))
		}
		return Source{name, data}
	}
	in := &Inputs{
		Overlay:  read(OverlayFile, filepath.Join(root, OverlayFile)),
		Settings: read(SettingsFile, filepath.Join(root, SettingsFile)),
	}
	if contract == "" {
		in.Contract = read(ContractFile, filepath.Join(root, ContractFile))
	} else {
		in.Contract = read(contract, contract)
	}
	paths, err := filepath.Glob(filepath.Join(root, TemplatesDir, "*.go"))
	if err != nil || len(paths) == 0 {
		problems.Errorf(diag.Position{File: TemplatesDir}, "unreadable", "there is no template, a Go file, in this folder")
	}
	for _, path := range paths {
		if s := read(TemplatesDir+"/"+filepath.Base(path), path); !strings.HasSuffix(path, "_test.go") {
			in.Templates = append(in.Templates, tmpl.File{Name: s.Name, Data: s.Data})
		}
	}
	if err := in.readSDK(root); err != nil {
		problems.Errorf(diag.Position{File: SDKDir}, "unreadable", "%v", diag.WithoutPath(err))
	}
	mod := read("go.mod", filepath.Join(root, "go.mod"))
	if mod.Data == nil {
		return in, problems
	}
	in.Module = modfile.ModulePath(mod.Data)
	if err := module.CheckImportPath(in.Module); err != nil {
		problems.Errorf(diag.Position{File: mod.Name}, "unreadable", "go.mod gives no module path that code could import: %v", err)
	}
	return in, problems
}

// FindRoot returns the root of the tree that the folder is in: the nearest one
// with templates and a contract's folder.
func FindRoot(folder string) (string, error) {
	for at := folder; ; at = filepath.Dir(at) {
		if isDir(filepath.Join(at, TemplatesDir)) && isDir(filepath.Join(at, "api")) {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("neither %s nor a folder above it has api and templates", folder)
		}
	}
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
