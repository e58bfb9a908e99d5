package uploader

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/internal/retry"
)

// childFolder is the environment variable that makes the test program a process
// that is going to be killed.
const childFolder = "UPLOADER_CHILD"

// told is a server that tells the parent process what has arrived. Most requests fail.
type told struct{ *fake }

func (s told) Complete(_ context.Context, f File, _ int64, _ string, _ []Stored) error {
	if rand.IntN(3) > 0 {
		return status(503)
	}
	fmt.Println("arrived", f.Name)
	return nil
}

// child hands files over without end, and says of each when it is safe.
func child(dir string) {
	u, err := New(Options{Server: told{newFake()}, Dir: dir, Destination: "here", Durable: true, Retry: retry.Policy{Base: time.Millisecond, Max: time.Millisecond}})
	if err != nil {
		fmt.Println("failed", err)
		return
	}
	u.Adopt()
	for i := 0; ; i++ {
		name := fmt.Sprintf("%d-%d", os.Getpid(), i)
		if err := u.Add(text(name), Content{Data: content(name)}); err != nil || u.Stats().Total().Dropped > 0 {
			fmt.Println("failed", err, u.Stats())
			return
		}
		fmt.Println("safe", name)
	}
}

// content is that of the file of a name. Some are too large for memory.
func content(name string) []byte {
	size := 20_000
	if strings.HasSuffix(name, "7") {
		size += SmallContent
	}
	return bytes.Repeat([]byte(name+" "), size/(len(name)+1))
}

// TestKilled kills processes that use the same folder, one after the other, and
// expects everything from the last one that was safe.
func TestKilled(t *testing.T) {
	rounds := 5
	if os.Getenv("OPIK_TEST_FULL") != "" {
		rounds = 200
	}
	dir := t.TempDir()
	safe, arrived := map[string]bool{}, map[string]bool{}
	for range rounds {
		killOne(t, dir, 1+rand.IntN(60), map[string]map[string]bool{"safe": safe, "arrived": arrived})
	}
	srv := newFake()
	u := start1(t, Options{Server: srv, Dir: dir})
	u.Adopt()
	eventually(t, "the folders of all are gone", func() bool {
		list, err := os.ReadDir(dir)
		check(t, err)
		return len(list) == 0
	})
	if c := counts(t, u); c.Dropped > 0 {
		t.Errorf("%+v", c)
	}
	closeFully(t, u)
	for key, data := range srv.files {
		name := key[strings.LastIndex(key, "/")+1:]
		arrived[name] = true
		if !bytes.Equal(data, content(name)) {
			t.Errorf("%s arrived with another content", name)
		}
	}
	for name := range safe {
		if !arrived[name] {
			t.Errorf("%s was safe, and is lost", name)
		}
	}
	if left := listed(t, dir); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	t.Logf("%d processes were killed: %d files were safe, %d were adopted", rounds, len(safe), len(srv.files))
}

// killOne starts a process and kills it after it has said n things.
func killOne(t *testing.T, dir string, n int, said map[string]map[string]bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childFolder+"="+dir)
	out, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for i := 0; lines.Scan(); i++ {
		what, name, _ := strings.Cut(lines.Text(), " ")
		if said[what] == nil {
			t.Errorf("the process says %s", lines.Text())
			continue
		}
		said[what][name] = true
		if i == n {
			check(t, cmd.Process.Kill())
		}
	}
	_ = cmd.Wait() // it was killed
}
