package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// readFile finds and parses the configuration file. A file that somebody named
// must exist; the usual one need not.
func (r *resolver) readFile(given *string, sys System) {
	path := r.text("config_path", "WithConfigFile", given, DefaultFile)
	named := path.Source.Kind != FromDefault
	name, err := expandHome(path.V, sys)
	if err != nil {
		if named {
			r.problem(ErrFile, "the configuration file %s named by %s: %v", path.V, path.Source, err)
		}
		return
	}
	data, err := sys.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if named {
			r.problem(ErrFile, "the configuration file %s named by %s does not exist", name, path.Source)
		}
		return
	case err != nil:
		var pathError *fs.PathError
		if errors.As(err, &pathError) {
			err = pathError.Err
		}
		r.problem(ErrFile, "the configuration file %s (%s) cannot be read: %v", name, path.Source, err)
		return
	}
	r.config.File = Value[string]{name, path.Source}
	entries, warnings, err := parseINI(data)
	if err != nil {
		r.problem(ErrFile, "the configuration file %s (%s): %v", name, path.Source, err)
	}
	for _, w := range warnings {
		r.warn("%s, %s", name, w)
	}
	r.file = entries
}

func expandHome(path string, sys System) (string, error) {
	if path != "~" && !strings.HasPrefix(path, "~/") && !strings.HasPrefix(path, `~\`) {
		return path, nil
	}
	home, err := sys.HomeDir()
	if err != nil {
		return "", fmt.Errorf("the home directory is not known: %w", err)
	}
	return filepath.Join(home, path[1:]), nil
}

// maxFileSize is far above any real configuration file.
const maxFileSize = 1 << 20

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFileSize+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFileSize {
		return nil, fmt.Errorf("it is larger than %d bytes", maxFileSize)
	}
	return data, nil
}

// entry is a value of the file and its line.
type entry struct {
	value string
	line  int
}

// parseINI reads the section [opik]. It follows Python's configparser, which
// writes the file, and is lenient where that gives up: repeated keys (the last
// counts), bare percent signs, keys without a section, lines that make no
// sense. It warns of these without repeating them, since any of them may be
// the key. Unknown keys are ignored.
func parseINI(data []byte) (entries map[string]entry, warnings []string, err error) {
	text := strings.TrimPrefix(string(data), "\ufeff")
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil, nil, errors.New("it is not a text in UTF-8")
	}
	entries = make(map[string]entry)
	var (
		section    string
		hasSection bool
		last       string // the key that an indented line continues
		indent     int    // of that key
		unknown    bool   // last is in another section
	)
	warn := func(line int, text string) {
		warnings = append(warnings, fmt.Sprintf("line %d: %s", line, text))
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	number := 0
	for raw := range strings.SplitSeq(text, "\n") {
		number++
		line := strings.TrimSpace(raw)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		margin := len(raw) - len(strings.TrimLeft(raw, " \t"))
		if last != "" && margin > indent {
			if !unknown {
				e := entries[last]
				e.value += "\n" + unescape(line)
				entries[last] = e
			}
			continue
		}
		if name, ok := sectionName(line); ok {
			section, hasSection, last = name, true, ""
			continue
		}
		key, value, ok := cutSeparator(line)
		if !ok {
			last = ""
			if section == "opik" || !hasSection {
				warn(number, "neither a section nor key = value; it is ignored")
			}
			continue
		}
		last, indent, unknown = key, margin, section != "opik"
		switch {
		case !hasSection:
			warn(number, "it stands before the line [opik] and is ignored")
		case !unknown:
			if _, repeated := entries[key]; repeated {
				warn(number, "the key "+key+" was set before; this line counts")
			}
			entries[key] = entry{unescape(value), number}
		}
	}
	return entries, warnings, nil
}

func sectionName(line string) (string, bool) {
	if line[0] != '[' {
		return "", false
	}
	name, _, ok := strings.Cut(line[1:], "]")
	return strings.ToLower(strings.TrimSpace(name)), ok
}

func cutSeparator(line string) (key, value string, ok bool) {
	at := strings.IndexAny(line, "=:")
	if at <= 0 {
		return "", "", false
	}
	key = strings.ToLower(strings.TrimSpace(line[:at]))
	return key, strings.TrimSpace(line[at+1:]), key != ""
}

// unescape undoes configparser's doubling of percent signs.
func unescape(s string) string { return strings.ReplaceAll(s, "%%", "%") }
