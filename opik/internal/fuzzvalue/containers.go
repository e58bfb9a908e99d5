package fuzzvalue

import (
	"strconv"
	"time"
)

func containers() []maker {
	return []maker{
		func(s *Source, depth int) (any, any) { return s.object(depth) },
		func(s *Source, depth int) (any, any) { return s.list(depth) },
		func(s *Source, _ int) (any, any) {
			m := map[string]string{}
			for range s.Intn(4) {
				m[s.String()] = s.String()
			}
			return same(m)
		},
		func(s *Source, _ int) (any, any) {
			var list []string
			for range s.Intn(4) {
				list = append(list, s.String())
			}
			return same(list)
		},
		func(s *Source, depth int) (any, any) {
			var list, meaning []map[string]any
			for range s.Intn(3) {
				v, m := s.object(depth)
				list, meaning = append(list, v), append(meaning, m)
			}
			return list, meaning
		},
		func(s *Source, depth int) (any, any) {
			m, meaning := map[int16]any{}, map[int16]any{}
			for range s.Intn(4) {
				key := int16(s.Uint64())
				m[key], meaning[key] = s.value(depth)
			}
			return m, meaning
		},
		func(s *Source, depth int) (any, any) {
			v, m := s.value(depth)
			return &v, &m
		},
		func(s *Source, depth int) (any, any) {
			v, m := s.value(depth)
			return [2]any{v, 1}, [2]any{m, 1}
		},
		func(s *Source, depth int) (any, any) { return s.structure(depth) },
		func(s *Source, depth int) (any, any) {
			v, m := s.structure(depth)
			return &v, &m
		},
		func(s *Source, _ int) (any, any) { return same(map[Level]Level{Level(s.Byte()): Level(s.Byte())}) },
	}
}

func (s *Source) object(depth int) (value, meaning map[string]any) {
	value, meaning = map[string]any{}, map[string]any{}
	for range s.Intn(5) {
		key := s.String()
		value[key], meaning[key] = s.value(depth)
	}
	return value, meaning
}

func (s *Source) list(depth int) (value, meaning []any) {
	for range s.Intn(5) {
		v, m := s.value(depth)
		value, meaning = append(value, v), append(meaning, m)
	}
	return value, meaning
}

// Base is embedded in Record.
type Base struct {
	Kind  string `json:"kind,omitempty"`
	Shade string
	Size  uint8 `json:"size,string"`
}

// Record has a field for each rule that encoding/json has for structs.
type Record struct {
	Base
	*Extra

	Plain    string
	Renamed  string         `json:"renamed"`
	Omitted  string         `json:"-"`
	Dash     bool           `json:"dash-ed/name"`
	IfSet    int            `json:"if_set,omitempty"`
	List     []string       `json:"list,omitempty"`
	NonZero  time.Duration  `json:"non_zero,omitzero"`
	When     *time.Time     `json:"when,omitzero"`
	AsString int64          `json:"as_string,string"`
	TextAs   string         `json:"text_as,string"`
	Shade    string         // hides Base.Shade
	Free     any            `json:"free"`
	Numbers  map[string]int `json:"numbers"`
	Level    Level          `json:"level"`
	Pointer  *Level         `json:"pointer,omitempty"`
	unseen   string
}

// Extra is embedded by pointer.
type Extra struct {
	Note string  `json:"note"`
	Rate float32 `json:"rate,omitempty"`
}

func (s *Source) structure(depth int) (value, meaning Record) {
	r := Record{
		Base:   Base{Kind: s.String(), Shade: s.String(), Size: s.Byte()},
		Plain:  s.String(),
		IfSet:  int(int8(s.Byte())),
		Dash:   s.Byte()%2 == 0,
		TextAs: strconv.Itoa(int(s.Byte())), // other text is escaped twice, in one of several ways
		Shade:  s.String(),
		Level:  Level(s.Byte()),
		unseen: "x",
	}
	r.Renamed, r.Omitted = s.String(), r.unseen
	r.NonZero, r.AsString = time.Duration(s.Byte()), int64(s.Uint64())
	if s.Byte()%2 == 1 {
		r.Extra = &Extra{Note: s.String(), Rate: float32(s.Byte()) / 8}
		r.List = []string{s.String()}
		r.Numbers = map[string]int{s.String(): int(s.Uint64())}
		level := Level(s.Byte())
		r.Pointer = &level
		at := time.Unix(int64(s.Byte()), 0).UTC()
		r.When = &at
	}
	value, meaning = r, r
	value.Free, meaning.Free = s.value(depth)
	return value, meaning
}
