package oql

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// What the language does not have, and why.
const onlyAnd = "the server joins conditions with AND only"

// Signs that are operators, and the words that take no value or a list.
var (
	signs     = []string{"=", "!=", "<", "<=", ">", ">="}
	noValue   = []string{"is_empty", "is_not_empty"}
	listValue = []string{"in", "not_in"}
)

func takesList(operator string) bool { return slices.Contains(listValue, operator) }

// Parse reads a text. The query has what was understood before an error, which is
// an [*Error]; its last condition may then lack an operator or values. The empty
// text is the query without conditions; a text of blanks is a mistake.
func Parse(s string) (*Query, error) {
	p := &parser{query: &Query{}, lexer: lexer{rest: s, column: 1}}
	if s == "" {
		return p.query, nil
	}
	if err := p.readable(s); err != nil {
		return p.query, err
	}
	return p.query, p.conditions()
}

// parser reads a text from the left to the right, without going back.
type parser struct {
	lexer lexer
	token token // the next one
	query *Query
}

// readable checks what no part of a text may be.
func (p *parser) readable(s string) error {
	if len(s) > MaxText {
		return &Error{Column: 1, Problem: fmt.Sprintf("the text has %d bytes; at most %d are allowed", len(s), MaxText)}
	}
	if !utf8.ValidString(s) {
		column := 1
		for i, r := range s {
			if _, size := utf8.DecodeRuneInString(s[i:]); r == utf8.RuneError && size == 1 {
				break
			}
			column++
		}
		return &Error{Column: column, Problem: "a byte is no character of UTF-8"}
	}
	return nil
}

// advance reads the next token.
func (p *parser) advance() (err error) {
	p.token, err = p.lexer.next()
	return err
}

// keyword tells whether the next token is a word, in upper or lower case.
func (p *parser) keyword(s string) bool {
	return p.token.sort == word && strings.EqualFold(p.token.text, s)
}

// unexpected is the error that something else should stand where the next token does.
func (p *parser) unexpected(expected string) error {
	return &Error{Column: p.token.column, Problem: p.token.String() + " is out of place", Expected: expected}
}

// conditions reads conditions with AND between them.
func (p *parser) conditions() error {
	if err := p.advance(); err != nil {
		return err
	}
	for {
		if len(p.query.Conditions) == MaxConditions {
			return &Error{Column: p.token.column, Problem: fmt.Sprintf("there are more than %d conditions", MaxConditions)}
		}
		if err := p.condition(); err != nil {
			return err
		}
		switch {
		case p.token.sort == end:
			return nil
		case p.keyword("or"):
			return &Error{
				Column: p.token.column, Problem: "there is no OR: " + onlyAnd,
				Expected: "AND or the end", Hint: "make a search for each side",
			}
		case !p.keyword("and"):
			return p.unexpected("AND or the end")
		}
		if err := p.advance(); err != nil {
			return err
		}
	}
}

// condition reads one condition. What was read of a broken one stays in the query.
func (p *parser) condition() error {
	p.query.Conditions = append(p.query.Conditions, Condition{})
	c := &p.query.Conditions[len(p.query.Conditions)-1]
	if err := p.field(c); err != nil {
		return err
	}
	if err := p.operator(c); err != nil {
		return err
	}
	switch {
	case slices.Contains(noValue, c.Operator.Text):
		return nil
	case takesList(c.Operator.Text):
		return p.list(c)
	}
	return p.value(c)
}

// field reads the name of a field, its key and its type.
func (p *parser) field(c *Condition) error {
	switch t := p.token; {
	case t.sort == sign && t.text == "(":
		return &Error{Column: t.column, Problem: "there are no parentheses: " + onlyAnd, Expected: "a field"}
	case p.keyword("not"):
		return &Error{
			Column: t.column, Problem: "there is no NOT: " + onlyAnd,
			Expected: "a field", Hint: "write !=, not_contains, not_in or is_empty",
		}
	case p.keyword("and"), p.keyword("or"), t.sort != word:
		return p.unexpected("a field")
	}
	c.Field = Name{p.token.text, p.token.column}
	switch p.lexer.peek() {
	case '.':
		p.lexer.take(1)
		if r := p.lexer.peek(); r == '"' || r == '\'' {
			key, err := p.lexer.quotes()
			if err != nil {
				return err
			}
			c.Key = Name{key.text, key.column}
			break
		}
		if err := p.bareKey(c); err != nil {
			return err
		}
	case '[':
		if err := p.bareKey(c); err != nil {
			return err
		}
	}
	if err := p.advance(); err != nil {
		return err
	}
	if p.token.sort != sign || p.token.text != ":" {
		return nil
	}
	if err := p.advance(); err != nil {
		return err
	}
	if p.token.sort != word {
		return p.unexpected("a type")
	}
	c.Type = Name{p.token.text, p.token.column}
	return p.advance()
}

// bareKey reads a key without quotes.
func (p *parser) bareKey(c *Condition) error {
	column := p.lexer.column
	n := bareKey(p.lexer.rest)
	if n > 0 {
		c.Key = Name{p.lexer.take(n), column}
	}
	if r := p.lexer.peek(); n == 0 || r == '.' || r == '[' {
		expected := "a name behind the dot"
		if r == '[' {
			expected = "an index such as [0]"
		}
		return &Error{
			Column: p.lexer.column, Problem: "the key of " + quoted(c.Field.Text) + " is incomplete",
			Expected: expected, Hint: "a key with other characters stands in quotes",
		}
	}
	return nil
}

// operator reads an operator. Whether there is such a word, and the field takes it,
// is decided later.
func (p *parser) operator(c *Condition) error {
	switch t := p.token; {
	case t.sort == operator && !slices.Contains(signs, t.text):
		return &Error{
			Column: t.column, Problem: "there is no operator " + quoted(t.text),
			Expected: alternatives(signs) + " or a word such as contains", Hint: similarSign[t.text],
		}
	case p.keyword("not"):
		return &Error{
			Column: t.column, Problem: "there is no operator " + quoted(t.text),
			Expected: "an operator", Hint: "write not_contains, not_in or is_not_empty",
		}
	case p.keyword("and"), p.keyword("or"), t.sort != word && t.sort != operator:
		return p.unexpected("an operator")
	}
	c.Operator = Name{p.token.text, p.token.column}
	return p.advance()
}

// similarSign has what other languages call an operator.
var similarSign = map[string]string{
	"==": "did you mean =?", "===": "did you mean =?", "<>": "did you mean !=?", "!==": "did you mean !=?",
	"=>": "did you mean >=?", "=<": "did you mean <=?", "~": "did you mean contains?", "=~": "did you mean contains?",
	"!~": "did you mean not_contains?", "!": "did you mean !=?",
}

// value reads one value.
func (p *parser) value(c *Condition) error {
	t := p.token
	if t.sort != number && t.sort != text {
		e := &Error{Column: t.column, Problem: t.String() + " is no value", Expected: "a number or a text in quotes"}
		if t.sort == word {
			e.Hint = "write " + quoted(t.text)
		}
		return e
	}
	c.Values = append(c.Values, Value{Text: t.text, Number: t.sort == number, Column: t.column})
	return p.advance()
}

// list reads values in parentheses or brackets.
func (p *parser) list(c *Condition) error {
	closing := map[string]string{"(": ")", "[": "]"}[p.token.text]
	if p.token.sort != sign || closing == "" {
		return p.unexpected("values in parentheses, separated by commas")
	}
	for {
		if err := p.advance(); err != nil {
			return err
		}
		if len(c.Values) == MaxValues {
			return &Error{Column: p.token.column, Problem: fmt.Sprintf("there are more than %d values", MaxValues)}
		}
		if err := p.value(c); err != nil {
			return err
		}
		switch {
		case p.token.sort == sign && p.token.text == closing:
			return p.advance()
		case p.token.sort != sign || p.token.text != ",":
			return p.unexpected("a comma or " + quoted(closing))
		}
	}
}
