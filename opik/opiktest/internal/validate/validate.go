// Package validate checks request bodies as the server does: values of a wrong
// type are refused with status 400, broken constraints with 422 and one message
// for each of them.
package validate

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/uuid7"
)

// Kind is the JSON type that a member must have.
type Kind uint8

// The kinds of members. Any takes every JSON value.
const (
	Any Kind = iota
	String
	UUID
	Time
	Number
	Integer
	Bool
	Object
	Strings
	UUIDs
	Objects
	Integers // an object whose members are integers
)

// Field describes one member. The zero values of the limits mean: no limit.
type Field struct {
	Name     string
	Kind     Kind
	Required bool
	NotBlank bool
	MaxLen   int      // characters, of a text or of each text in a list
	Enum     []string // of a text
	Min, Max string   // decimal, of a number
	MinItems int
	MaxItems int
	Shape    Shape // of an object, or of each object in a list
	NotEmpty bool  // of an object: it needs a member
}

// Shape describes the members of an object. Members that it does not name are
// ignored, as the server does.
type Shape []Field

// The instants that the server can store.
var (
	earliest = time.Unix(0, 0)
	latest   = time.Date(2262, 4, 11, 23, 47, 16, 0, time.UTC)
)

// Check returns nil or an *apierr.Error. A wrong type is reported alone, since
// the server stops reading there; constraints are reported all together.
func (s Shape) Check(o doc.Object) error {
	c := &checker{}
	c.object("", o, s)
	switch {
	case c.malformed != "":
		return apierr.Malformed("%s", c.malformed)
	case len(c.broken) > 0:
		return apierr.Invalid(c.broken...)
	}
	return nil
}

type checker struct {
	malformed string
	broken    []string
}

func (c *checker) wrongType(path string, want string) {
	if c.malformed == "" {
		c.malformed = fmt.Sprintf("Cannot deserialize value of type %s at '%s'", want, path)
	}
}

func (c *checker) breaks(path, format string, args ...any) {
	c.broken = append(c.broken, path+" "+fmt.Sprintf(format, args...))
}

func (c *checker) object(prefix string, o doc.Object, s Shape) {
	for i := range s {
		f := &s[i]
		path := prefix + camelCase(f.Name)
		v := o[f.Name]
		if v == nil {
			if f.Required {
				c.breaks(path, "must not be null")
			}
			continue
		}
		c.value(path, v, f)
	}
}

func (c *checker) value(path string, v any, f *Field) {
	switch f.Kind {
	case Any:
	case String:
		c.text(path, v, f)
	case UUID:
		c.uuid(path, v)
	case Time:
		c.time(path, v)
	case Number, Integer:
		c.number(path, v, f)
	case Bool:
		if _, ok := v.(bool); !ok {
			c.wrongType(path, "boolean")
		}
	case Object, Integers:
		c.members(path, v, f)
	case Strings, UUIDs, Objects:
		c.list(path, v, f)
	}
}

func (c *checker) text(path string, v any, f *Field) {
	s, ok := v.(string)
	if !ok {
		c.wrongType(path, "string")
		return
	}
	if len(f.Enum) > 0 && !slices.Contains(f.Enum, s) {
		c.wrongType(path, "enum, not one of the values accepted: ["+strings.Join(f.Enum, ", ")+"]")
	}
	if f.NotBlank && strings.TrimSpace(s) == "" {
		c.breaks(path, "must not be blank")
	}
	if f.MaxLen > 0 && len([]rune(s)) > f.MaxLen {
		c.breaks(path, "size must be between 0 and %d", f.MaxLen)
	}
}

func (c *checker) uuid(path string, v any) {
	s, _ := v.(string)
	if _, ok := uuid7.Parse(s); !ok {
		c.wrongType(path, "UUID")
	}
}

func (c *checker) time(path string, v any) {
	s, _ := v.(string)
	t, err := doc.ParseTime(s)
	if err != nil {
		c.wrongType(path, "Instant")
		return
	}
	if t.Before(earliest) || !t.Before(latest) {
		c.breaks(path, "must be after or equal 1970-01-01T00:00:00Z and before 2262-04-11T23:47:16Z")
	}
}

func (c *checker) number(path string, v any, f *Field) {
	n, ok := v.(json.Number)
	r, exact := doc.Decimal(n.String())
	if !ok || !exact {
		c.wrongType(path, "number")
		return
	}
	if f.Kind == Integer && !r.IsInt() {
		c.wrongType(path, "integer")
	}
	if f.Min != "" && r.Cmp(decimal(f.Min)) < 0 {
		c.breaks(path, "must be greater than or equal to %s", f.Min)
	}
	if f.Max != "" && r.Cmp(decimal(f.Max)) > 0 {
		c.breaks(path, "must be less than or equal to %s", f.Max)
	}
}

// decimal reads a limit of a shape, which is a constant of this program.
func decimal(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		panic("opiktest: not a decimal: " + s)
	}
	return r
}

func (c *checker) members(path string, v any, f *Field) {
	o, ok := v.(doc.Object)
	if !ok {
		c.wrongType(path, "object")
		return
	}
	if f.NotEmpty && len(o) == 0 {
		c.breaks(path, "must not be empty")
	}
	if f.Kind == Integers {
		for name, n := range o {
			if n != nil {
				c.number(path+"."+name, n, &Field{Kind: Integer})
			}
		}
	}
	c.object(path+".", o, f.Shape)
}

func (c *checker) list(path string, v any, f *Field) {
	l, ok := v.([]any)
	if !ok {
		c.wrongType(path, "array")
		return
	}
	if len(l) < f.MinItems || f.MaxItems > 0 && len(l) > f.MaxItems {
		c.breaks(path, "size must be between %d and %d", f.MinItems, f.MaxItems)
	}
	for i, e := range l {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch f.Kind {
		case Strings:
			c.text(at, e, f)
		case UUIDs:
			c.uuid(at, e)
		default:
			o, ok := e.(doc.Object)
			if !ok {
				c.wrongType(at, "object")
				return
			}
			c.object(at+".", o, f.Shape)
		}
	}
}

// camelCase turns start_time into startTime, the way in which the server names
// properties in its messages.
func camelCase(s string) string {
	head, tail, found := strings.Cut(s, "_")
	for found {
		var word string
		word, tail, found = strings.Cut(tail, "_")
		if word != "" {
			head += strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return head
}
