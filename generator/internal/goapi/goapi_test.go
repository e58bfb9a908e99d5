package goapi_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/opik-go/sdk/generator/internal/goapi"
)

const source = `package demo

import "time"

// Limit is a limit.
//
// Deprecated: there is none.
const Limit, hidden = 5, 6

const (
	ColorRed  Color = "red"
	colorBlue Color = "blue"
)

type Color string

type Alias = map[string]*Color

type Box struct {
	// Deprecated: too wide.
	Width, Height *int ` + "`json:\"width,omitempty\" yaml:\"w\"`" + `
	Made          time.Time ` + "`query:\"made_at\"`" + `
	*Lid
	lost string
}

type Opener interface {
	Open(key string, force bool) (n int, err error)
	close()
	Lid
}

var Fields struct {
	Name Color
}

var Count = 1

func New(width, height int, rest ...Box) *Box { return nil }
func (b *Box) Fill(what Color) {}
func (b box) Hidden() {}
func (s Set[K]) Has(k K) bool { return false }
func hiddenFunction() {}
`

func TestRead(t *testing.T) {
	symbols, err := goapi.Read("demo", "demo.go", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, s := range symbols {
		line := fmt.Sprintf("%s %s: %s", s.Kind, s.Name, s.Text)
		for _, part := range []struct{ name, text string }{
			{"of", s.Of}, {"arguments", strings.Join(s.Arguments, " ")}, {"takes", strings.Join(s.Takes, " ")},
			{"gives", strings.Join(s.Gives, " ")}, {"wire", s.Wire},
		} {
			if part.text != "" {
				line += "; " + part.name + " " + part.text
			}
		}
		if s.Deprecated {
			line += "; deprecated"
		}
		lines = append(lines, line)
	}
	want := []string{
		"constant demo.Limit: = 5",
		`constant demo.ColorRed: Color = "red"; of demo.Color`,
		"type demo.Color: string",
		"type demo.Alias: = map[string]*Color; gives demo.Color",
		"type demo.Box: struct",
		"field demo.Box.Width: *int; of demo.Box; wire width; deprecated",
		"field demo.Box.Height: *int; of demo.Box; wire width; deprecated",
		"field demo.Box.Made: time.Time; of demo.Box; gives time.Time; wire made_at",
		"field demo.Box.Lid: *Lid; of demo.Box; gives demo.Lid",
		"type demo.Opener: interface",
		"method demo.Opener.Open: func(string, bool) (int, error); of demo.Opener; arguments key force",
		"field demo.Opener.Lid: Lid; of demo.Opener",
		"variable demo.Fields: struct",
		"field demo.Fields.Name: Color; of demo.Fields; gives demo.Color",
		"variable demo.Count: ",
		"function demo.New: func(int, int, ...Box) *Box; arguments width height rest; takes demo.Box; gives demo.Box",
		"method demo.Box.Fill: func(Color); of demo.Box; arguments what; takes demo.Color",
		"method demo.Set.Has: func(K) bool; of demo.Set; arguments k; takes demo.K",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("read:\n%s\nwant:\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

func TestReadNoGo(t *testing.T) {
	if symbols, err := goapi.Read("demo", "demo.go", []byte("package demo\nfunc (")); err == nil {
		t.Errorf("read %v", symbols)
	}
}
