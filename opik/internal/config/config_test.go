package config

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// world is a system with the given environment and files.
func world(environ []string, files map[string]string) System {
	return System{
		Environ: func() []string { return environ },
		HomeDir: func() (string, error) { return "/home/u", nil },
		ReadFile: func(name string) ([]byte, error) {
			text, ok := files[name]
			switch {
			case !ok:
				return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
			case text == "forbidden":
				return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
			}
			return []byte(text), nil
		},
	}
}

// home is a system whose configuration file has this text.
func home(text string, environ ...string) System {
	return world(environ, map[string]string{"/home/u/.opik.config": text})
}

func resolve(t *testing.T, o Options, sys System) *Config {
	t.Helper()
	c, err := Resolve(o, sys)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func ptr[T any](v T) *T { return &v }

func TestDefaults(t *testing.T) {
	c := resolve(t, Options{APIKey: ptr("k")}, world(nil, nil))
	if c.URL.V.String() != "https://www.comet.com/opik/api" || c.Workspace.V != "default" || c.ProjectName.V != "Default Project" ||
		c.TrackDisable.V || !c.CheckTLS.V || !c.Compression.V || c.FlushTimeout.V != 0 || c.File.V != "" || c.Warnings != nil {
		t.Errorf("got\n%s", c.Describe())
	}
	for _, s := range []Source{c.URL.Source, c.Workspace.Source, c.Compression.Source} {
		if s.Kind != FromDefault {
			t.Errorf("source %v", s)
		}
	}
}

func TestPrecedence(t *testing.T) {
	file := strings.Join([]string{
		"[opik]",
		"url_override = http://file/api",
		"api_key = file-key",
		"workspace = file-ws",
		"project_name = file-project",
		"track_disable = yes",
		"check_tls_certificate = off",
		"enable_json_request_compression = 0",
		"default_flush_timeout = 11",
	}, "\n")
	environ := []string{
		"OPIK_URL_OVERRIDE=http://env/api", "OPIK_API_KEY=env-key", "OPIK_WORKSPACE=env-ws", "OPIK_PROJECT_NAME=env-project",
		"OPIK_TRACK_DISABLE=false", "OPIK_CHECK_TLS_CERTIFICATE=True", "OPIK_ENABLE_JSON_REQUEST_COMPRESSION=on", "OPIK_DEFAULT_FLUSH_TIMEOUT=12",
	}
	options := Options{
		URL: ptr("http://opt/api"), APIKey: ptr("opt-key"), Workspace: ptr("opt-ws"), ProjectName: ptr("opt-project"),
		TrackDisable: ptr(true), CheckTLS: ptr(false), Compression: ptr(false), FlushTimeout: ptr(13 * time.Second),
	}
	values := func(c *Config) string {
		return fmt.Sprint(c.URL.V, c.APIKey.V.Reveal(), c.Workspace.V, c.ProjectName.V, c.TrackDisable.V, c.CheckTLS.V, c.Compression.V, c.FlushTimeout.V)
	}
	for _, step := range []struct {
		c    *Config
		want string
		from string
	}{
		{resolve(t, Options{}, home(file)), "http://file/api file-key file-ws file-project true false false 11s", "/home/u/.opik.config, line 4"},
		{resolve(t, Options{}, home(file, environ...)), "http://env/api env-key env-ws env-project false true true 12s", "environment variable OPIK_WORKSPACE"},
		{resolve(t, options, home(file, environ...)), "http://opt/api opt-key opt-ws opt-project true false false 13s", "option WithWorkspace"},
	} {
		want := strings.ReplaceAll(step.want, " ", "")
		if got := strings.ReplaceAll(values(step.c), " ", ""); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if got := step.c.Workspace.Source.String(); got != step.from {
			t.Errorf("workspace from %q, want %q", got, step.from)
		}
	}
}

func TestEmptyMeansAbsent(t *testing.T) {
	c := resolve(t, Options{Workspace: ptr(" "), APIKey: ptr("")}, home("[opik]\nworkspace =\nproject_name =  \napi_key = k", "OPIK_WORKSPACE=", "OPIK_PROJECT_NAME= "))
	if c.Workspace.V != "default" || c.ProjectName.V != "Default Project" || c.APIKey.V.Reveal() != "k" {
		t.Errorf("got\n%s", c.Describe())
	}
}

func TestVariableNamesInAnyCase(t *testing.T) {
	for _, c := range []struct {
		environ []string
		want    string
		source  string
	}{
		{[]string{"opik_workspace=a"}, "a", "environment variable opik_workspace"},
		{[]string{"opik_workspace=a", "OPIK_WORKSPACE=b"}, "b", "environment variable OPIK_WORKSPACE"},
		{[]string{"OPIK_WORKSPACE=b", "opik_workspace=a"}, "b", "environment variable OPIK_WORKSPACE"},
		{[]string{"opik_Workspace=a", "Opik_workspace=b"}, "b", "environment variable Opik_workspace"},
		{[]string{"opik_workspace=a", "OPIK_WORKSPACE="}, "a", "environment variable opik_workspace"},
		{[]string{"OPIK_WORKSPACE"}, "default", "default"},
		{[]string{"OPIK_WORKSPACE=a=b"}, "a=b", "environment variable OPIK_WORKSPACE"},
	} {
		got := resolve(t, Options{APIKey: ptr("k")}, world(c.environ, nil)).Workspace
		if got.V != c.want || got.Source.String() != c.source {
			t.Errorf("%q: %q from %s", c.environ, got.V, got.Source)
		}
	}
}

func TestConfigFileIsFound(t *testing.T) {
	files := map[string]string{"/home/u/.opik.config": "[opik]\nworkspace=usual", "/home/u/other": "[opik]\nworkspace=other", "/etc/opik": "[opik]\nworkspace=etc"}
	for _, c := range []struct {
		option *string
		env    string
		want   string
	}{
		{nil, "", "usual"},
		{nil, "~/other", "other"},
		{nil, "/etc/opik", "etc"},
		{ptr("/etc/opik"), "~/other", "etc"},
	} {
		got := resolve(t, Options{APIKey: ptr("k"), File: c.option}, world([]string{"OPIK_CONFIG_PATH=" + c.env}, files))
		if got.Workspace.V != c.want {
			t.Errorf("%v, %q: %s", c.option, c.env, got.Describe())
		}
	}
}

func TestProblemsAreExplained(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		options Options
		sys     System
		kind    error
		want    []string
	}{
		"cloud without key": {Options{}, world(nil, nil), ErrNoAPIKey,
			[]string{"www.comet.com (from default) needs an API key", "OPIK_API_KEY", "api_key", "~/.opik.config", "WithAPIKey", "OPIK_URL_OVERRIDE"}},
		"cloud from the environment": {Options{}, world([]string{"OPIK_URL_OVERRIDE=https://comet.com"}, nil), ErrNoAPIKey,
			[]string{"comet.com (from environment variable OPIK_URL_OVERRIDE)"}},
		"named file is missing": {Options{}, world([]string{"OPIK_CONFIG_PATH=/nowhere"}, nil), ErrFile,
			[]string{"configuration file /nowhere named by environment variable OPIK_CONFIG_PATH does not exist"}},
		"file of the option is missing": {Options{File: ptr("~/nowhere")}, world(nil, nil), ErrFile,
			[]string{"/home/u/nowhere named by option WithConfigFile does not exist"}},
		"file may not be read": {Options{}, home("forbidden"), ErrFile,
			[]string{"configuration file /home/u/.opik.config (default) cannot be read: permission denied"}},
		"file is binary": {Options{}, home("[opik]\x00"), ErrFile, []string{"it is not a text in UTF-8"}},
		"file is UTF-16": {Options{}, home("\xff\xfe[\x00o\x00"), ErrFile, []string{"it is not a text in UTF-8"}},
		"file is a directory": {Options{File: &dir}, System{Environ: func() []string { return nil }}, ErrFile,
			[]string{dir, "cannot be read: is a directory"}},
		"bad boolean": {Options{APIKey: ptr("k")}, world([]string{"OPIK_TRACK_DISABLE=maybe"}, nil), ErrInvalid,
			[]string{`track_disable from environment variable OPIK_TRACK_DISABLE: "maybe" is not a boolean; use true or false`}},
		"bad boolean in the file": {Options{APIKey: ptr("k")}, home("[opik]\n\ncheck_tls_certificate: 2"), ErrInvalid,
			[]string{`check_tls_certificate from /home/u/.opik.config, line 3: "2" is not a boolean`}},
		"bad timeout": {Options{APIKey: ptr("k")}, world([]string{"OPIK_DEFAULT_FLUSH_TIMEOUT=soon"}, nil), ErrInvalid,
			[]string{`default_flush_timeout from environment variable OPIK_DEFAULT_FLUSH_TIMEOUT: "soon" is not a number of seconds`}},
		"negative timeout": {Options{APIKey: ptr("k")}, world([]string{"OPIK_DEFAULT_FLUSH_TIMEOUT=-1"}, nil), ErrInvalid, []string{"out of range"}},
		"endless timeout":  {Options{APIKey: ptr("k")}, world([]string{"OPIK_DEFAULT_FLUSH_TIMEOUT=1e9"}, nil), ErrInvalid, []string{"1e9"}},
		"key with a line break": {Options{}, world([]string{"OPIK_API_KEY=abc\ndef"}, nil), ErrInvalid,
			[]string{"the API key from environment variable OPIK_API_KEY contains a control character"}},
		"workspace over two lines": {Options{APIKey: ptr("k")}, home("[opik]\nworkspace = a\n  b"), ErrInvalid,
			[]string{"the workspace from /home/u/.opik.config, line 2 contains a control character"}},
		"bad server in the key": {Options{APIKey: ptr("abc*%%%")}, world(nil, nil), ErrInvalid,
			[]string{"the API key from option WithAPIKey: what follows the asterisk is not base64"}},
		"several": {Options{}, world([]string{"OPIK_TRACK_DISABLE=x", "OPIK_CHECK_TLS_CERTIFICATE=why", "OPIK_URL_OVERRIDE=z"}, nil), ErrInvalid,
			[]string{"OPIK_TRACK_DISABLE", "OPIK_CHECK_TLS_CERTIFICATE", "OPIK_URL_OVERRIDE"}},
	} {
		_, err := Resolve(c.options, c.sys)
		if !errors.Is(err, c.kind) {
			t.Errorf("%s: got %v", name, err)
			continue
		}
		for _, part := range c.want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q is not in %q", name, part, err)
			}
		}
		if strings.Contains(err.Error(), "abc") {
			t.Errorf("%s: the key is in %q", name, err)
		}
	}
}

func TestNoKeyIsNeeded(t *testing.T) {
	for name, sys := range map[string]System{
		"tracking is off": world([]string{"OPIK_TRACK_DISABLE=true"}, nil),
		"own server":      world([]string{"OPIK_URL_OVERRIDE=http://opik.internal:8080"}, nil),
		"local server":    world([]string{"OPIK_URL_OVERRIDE=http://localhost:5173/api"}, nil),
	} {
		if c := resolve(t, Options{}, sys); len(c.Warnings) > 0 {
			t.Errorf("%s: %v", name, c.Warnings)
		}
	}
}

func TestWarnings(t *testing.T) {
	for name, c := range map[string]struct {
		options Options
		sys     System
		want    string
	}{
		"workspace of a local server": {Options{}, world([]string{"OPIK_URL_OVERRIDE=http://127.0.0.1:5173", "OPIK_WORKSPACE=team"}, nil),
			`the workspace "team" (from environment variable OPIK_WORKSPACE) does not exist on a local server without accounts (http://127.0.0.1:5173/api, from environment variable OPIK_URL_OVERRIDE)`},
		"bearer":             {Options{APIKey: ptr("Bearer secret")}, world(nil, nil), `the API key from option WithAPIKey begins with "Bearer"; Opik expects the bare key`},
		"two asterisks":      {Options{APIKey: ptr("secret*a*b")}, world(nil, nil), "it has more than one asterisk"},
		"nothing after it":   {Options{APIKey: ptr("secret*")}, world(nil, nil), "nothing follows the asterisk"},
		"line without sense": {Options{APIKey: ptr("k")}, home("[opik]\nsecret\n"), "/home/u/.opik.config, line 2: neither a section nor key = value; it is ignored"},
		"before the section": {Options{APIKey: ptr("k")}, home("api_key = secret\n[opik]"), "line 1: it stands before the line [opik] and is ignored"},
		"key twice":          {Options{APIKey: ptr("k")}, home("[opik]\nworkspace=a\nworkspace=b"), "line 3: the key workspace was set before; this line counts"},
	} {
		got := resolve(t, c.options, c.sys)
		if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], c.want) {
			t.Errorf("%s: %q", name, got.Warnings)
		}
		if strings.Contains(got.Describe(), "secret") {
			t.Errorf("%s: the secret is in %s", name, got.Describe())
		}
	}
	// A forwarded port of a server with accounts is no mistake.
	c := resolve(t, Options{APIKey: ptr("k"), Workspace: ptr("team"), URL: ptr("http://localhost:8080")}, world(nil, nil))
	if len(c.Warnings) != 0 {
		t.Errorf("got %q", c.Warnings)
	}
}

func TestURLForms(t *testing.T) {
	for raw, want := range map[string]string{
		"https://www.comet.com/opik/api":      "https://www.comet.com/opik/api",
		"https://www.comet.com/opik/api/":     "https://www.comet.com/opik/api",
		"https://www.comet.com//opik//api//":  "https://www.comet.com/opik/api",
		"https://www.comet.com":               "https://www.comet.com/opik/api",
		"https://www.comet.com/opik/":         "https://www.comet.com/opik/api",
		"HTTPS://WWW.Comet.com/opik/api":      "https://www.comet.com/opik/api",
		"http://localhost:5173":               "http://localhost:5173/api",
		"http://localhost:5173/":              "http://localhost:5173/api",
		"http://localhost:5173/api":           "http://localhost:5173/api",
		"http://localhost:8080":               "http://localhost:8080",
		"http://localhost:8080/":              "http://localhost:8080",
		"http://opik.internal/deep/path/api/": "http://opik.internal/deep/path/api",
		"http://[::1]:5173/api":               "http://[::1]:5173/api",
		"  http://h/api  ":                    "http://h/api",
		// errors
		"localhost:5173/api":         "!has no scheme; did you mean http://localhost:5173/api?",
		"www.comet.com/opik/api":     "!has no scheme; did you mean https://www.comet.com/opik/api?",
		"//host/api":                 "!has no scheme; did you mean https://host/api?",
		"user:hidden@host/api":       "!has no scheme; write http:// or https://",
		"ftp://host/api":             "!its scheme is ftp, not http or https",
		"http:///api":                "!it has no host",
		"http://:80/api":             "!it has no host",
		"https://user:hidden@host/x": "!contains a user name",
		"https://host/api?x=hidden":  "!it has a query",
		"https://host/api?":          "!it has a query",
		"https://host/api#hidden":    "!it has a fragment",
		"https://host/api#":          "!it has a fragment",
		"http://ho st/":              "!cannot be parsed",
		"http://host:port/hidden":    "!cannot be parsed",
		"http://host/%zz":            "!cannot be parsed",
		"http://me:hidden/x@host/":   "!cannot be parsed",
		"http://me:%hidden@host/":    "!cannot be parsed",
		"host/api?token=hidden":      "!has no scheme; write http:// or https://",
		"host/api#hidden":            "!has no scheme; write http:// or https://",
	} {
		c, err := Resolve(Options{APIKey: ptr("k"), URL: &raw}, world(nil, nil))
		if problem, bad := strings.CutPrefix(want, "!"); bad {
			if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), problem) || !strings.Contains(err.Error(), "option WithURL") {
				t.Errorf("%s: got %v, want %s", raw, err, problem)
			} else if strings.Contains(err.Error(), "hidden") {
				t.Errorf("%s: shows a secret: %v", raw, err)
			}
			continue
		}
		if err != nil || c.URL.V.String() != want {
			t.Errorf("%s: got %v, %v, want %s", raw, c, err, want)
		}
	}
}

func TestServerOfTheKey(t *testing.T) {
	encode := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	one := encode(`{"baseUrl":"https://one.example/"}`) // needs one sign of padding or more
	for name, c := range map[string]struct {
		suffix string
		want   string
	}{
		"plain":           {one, "https://one.example/opik/api"},
		"no padding":      {strings.TrimRight(one, "="), "https://one.example/opik/api"},
		"much padding":    {one + "====", "https://one.example/opik/api"},
		"no slash":        {encode(`{"baseUrl":"https://two.example"}`), "https://two.example/opik/api"},
		"with a path":     {encode(`{"baseUrl":"https://two.example/x/"}`), "https://two.example/x/opik/api"},
		"more attributes": {encode(`{"a":1,"baseUrl":"https://two.example:8443","b":{}}`), "https://two.example:8443/opik/api"},
		"no baseUrl":      {encode(`{"a":1}`), CloudURL},
		"empty baseUrl":   {encode(`{"baseUrl":""}`), CloudURL},
		// errors
		"not base64":     {"a-b_", "!not base64"},
		"white space":    {"aaaa aaaa", "!not base64"},
		"not JSON":       {encode(`hello`), "!does not encode a JSON object"},
		"not an object":  {encode(`["a"]`), "!does not encode a JSON object"},
		"not a text":     {encode(`{"baseUrl":7}`), "!does not encode a JSON object"},
		"not an address": {encode(`{"baseUrl":"one.example"}`), "!cannot be parsed"},
		"a bad address":  {encode(`{"baseUrl":"ftp://one.example"}`), "!its scheme is ftp"},
	} {
		key := "secret*" + c.suffix
		got, err := Resolve(Options{APIKey: &key}, world(nil, nil))
		if problem, bad := strings.CutPrefix(c.want, "!"); bad {
			if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), problem) || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), c.suffix) {
				t.Errorf("%s: got %v", name, err)
			}
			continue
		}
		if err != nil || got.URL.V.String() != c.want || got.APIKey.V.Reveal() != key {
			t.Errorf("%s: got %v, %v", name, got, err)
		} else if c.want != CloudURL && got.URL.Source.String() != "the API key of option WithAPIKey" {
			t.Errorf("%s: source %v", name, got.URL.Source)
		}
		// A server that was named by anybody else counts more.
		if got, err := Resolve(Options{APIKey: &key, URL: ptr("http://own/api")}, world(nil, nil)); err != nil || got.URL.V.Host != "own" {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

func TestBooleansAndSeconds(t *testing.T) {
	for _, s := range strings.Fields("1 true True TRUE t yes Yes y on ON") {
		if v, err := parseBool(s); !v || err != nil {
			t.Errorf("%s: %v, %v", s, v, err)
		}
	}
	for _, s := range strings.Fields("0 false False f no n off OFF") {
		if v, err := parseBool(s); v || err != nil {
			t.Errorf("%s: %v, %v", s, v, err)
		}
	}
	for s, want := range map[string]time.Duration{"30": 30 * time.Second, "0": 0, "1.5": 1500 * time.Millisecond, "2m": 2 * time.Minute, "250ms": 250 * time.Millisecond} {
		if got, err := parseSeconds(s); got != want || err != nil {
			t.Errorf("%s: %v, %v", s, got, err)
		}
	}
}

func TestSecretsStayHidden(t *testing.T) {
	c := resolve(t, Options{APIKey: ptr("top-secret")}, world(nil, nil))
	type holder struct {
		Public  Secret
		private Secret
	}
	h := holder{c.APIKey.V, c.APIKey.V}
	var out strings.Builder
	for _, v := range []any{c, *c, c.APIKey, c.APIKey.V, &c.APIKey.V, h, []Secret{c.APIKey.V}, map[string]any{"k": c.APIKey.V}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		text, err := json.Marshal(v)
		if err != nil {
			t.Errorf("%T: %v", v, err)
		}
		out.Write(text)
	}
	logger := slog.New(slog.NewJSONHandler(&out, nil))
	logger.Info("x", "config", c, "key", c.APIKey.V, "holder", h)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "config", c, "key", c.APIKey.V, "holder", h)
	out.WriteString(c.Describe())
	for _, leak := range []string{"top-secret", fmt.Sprintf("%x", "top-secret"), fmt.Sprintf("%X", "top-secret")} {
		if i := strings.Index(out.String(), leak); i >= 0 {
			t.Errorf("the secret is shown: %s", out.String()[max(0, i-100):i+50])
		}
	}
	if c.APIKey.V.Reveal() != "top-secret" || c.APIKey.V.String() != "[hidden]" || (Secret{}).String() != "not set" || NewSecret("") != (Secret{}) {
		t.Error("the secret does not behave")
	}
}

func TestDescribe(t *testing.T) {
	got := resolve(t, Options{Workspace: ptr("team"), APIKey: ptr("k")}, home("[opik]\nproject_name = p\nnonsense", "OPIK_URL_OVERRIDE=http://h/api")).Describe()
	for _, line := range []string{
		"url_override                     http://h/api (environment variable OPIK_URL_OVERRIDE)\n",
		"api_key                          [hidden] (option WithAPIKey)\n",
		"workspace                        team (option WithWorkspace)\n",
		"project_name                     p (/home/u/.opik.config, line 2)\n",
		"check_tls_certificate            true (default)\n",
		"warning: /home/u/.opik.config, line 3: neither a section",
	} {
		if !strings.Contains(got, line) {
			t.Errorf("%q is not in\n%s", line, got)
		}
	}
}

func TestRealFiles(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(strings.ToUpper(name), "OPIK_") {
			t.Setenv(name, "")
		}
	}
	path := filepath.Join(dir, ".opik.config")
	if err := os.WriteFile(path, []byte("[opik]\nurl_override = http://own.example/api\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := resolve(t, Options{}, System{})
	if c.URL.V.Host != "own.example" || c.File.V != path {
		t.Errorf("got\n%s", c.Describe())
	}
	if err := os.WriteFile(path, slices.Repeat([]byte("# long\n"), 1<<18), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Resolve(Options{}, System{}); !errors.Is(err, ErrFile) || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("got %v", err)
	}
}

func TestNoHomeDirectory(t *testing.T) {
	sys := world(nil, nil)
	sys.HomeDir = func() (string, error) { return "", errors.New("$HOME is not defined") }
	if _, err := Resolve(Options{APIKey: ptr("k")}, sys); err != nil {
		t.Errorf("the usual file need not exist, but: %v", err)
	}
	if _, err := Resolve(Options{APIKey: ptr("k"), File: ptr("~/x")}, sys); !errors.Is(err, ErrFile) || !strings.Contains(err.Error(), "home directory") {
		t.Errorf("got %v", err)
	}
}
