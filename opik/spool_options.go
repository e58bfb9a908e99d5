package opik

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/opik-go/sdk/opik/internal/config"
	"github.com/opik-go/sdk/opik/internal/message"
	"github.com/opik-go/sdk/opik/internal/pipeline"
	"github.com/opik-go/sdk/opik/internal/spool"
)

// ErrNotDurable is wrapped by the errors of methods that queue something, if it is to
// be on disk before they return ([SpoolDurable]) and the disk failed. The record is
// queued all the same, in memory, and is delivered if the process lives long enough.
var ErrNotDurable = pipeline.ErrNotDurable

// SpoolOption configures [WithSpool].
type SpoolOption func(*spoolSettings) error

type spoolSettings struct {
	dir     string
	durable bool
	spool   spool.Options
}

// SpoolDurable puts every record on disk before the method returns that was given it;
// see [SpoolSync] for what that is worth. Without it records go to disk when they have
// to wait. A method that returns an error returns one that wraps [ErrNotDurable] if the
// disk failed; of traces and spans, whose methods return none, the logger is told.
func SpoolDurable() SpoolOption {
	return func(s *spoolSettings) error { s.durable = true; return nil }
}

// SyncPolicy says when what was written to disk is made safe against a loss of power
// or a crash of the machine. Against the end of the process, even by SIGKILL, it is
// safe as soon as it was written, under each policy.
type SyncPolicy int64

const (
	// SyncAlways syncs after each write, before it counts as written. Goroutines that
	// write at the same time share a sync. It is the default with [SpoolDurable].
	SyncAlways SyncPolicy = SyncPolicy(spool.Always)
	// SyncNever leaves it to the operating system, which may take half a minute.
	SyncNever SyncPolicy = SyncPolicy(spool.Never)

	invalidSync SyncPolicy = -2
)

// SyncInterval syncs at most so long after a write. It is the default, with a second,
// without [SpoolDurable]. A duration that is not positive is an error of [SpoolSync].
func SyncInterval(d time.Duration) SyncPolicy {
	if d <= 0 {
		return invalidSync
	}
	return SyncPolicy(spool.Interval(d))
}

// SpoolSync sets when writes are made safe against a loss of power, overriding the
// default of [SyncAlways] with [SpoolDurable], and one second without.
func SpoolSync(policy SyncPolicy) SpoolOption {
	return func(s *spoolSettings) error {
		if policy < SyncNever {
			return errors.New("SpoolSync: the policy is none, or its interval is not positive")
		}
		s.spool.Sync = spool.Sync(policy)
		return nil
	}
}

// SpoolMaxBytes bounds what this client has on disk, overriding the default of 1 GiB.
// When there is no room the oldest traces give way, whole ones, and are counted as
// [DropSpoolSize]. Each client that shares the folder has the bound for itself.
// Attachments may take what records leave. Less than a megabyte is an error.
func SpoolMaxBytes(n int64) SpoolOption {
	return func(s *spoolSettings) error {
		if n < 1<<20 {
			return fmt.Errorf("SpoolMaxBytes: %d is less than a megabyte", n)
		}
		s.spool.MaxBytes = n
		return nil
	}
}

// SpoolMaxAge bounds how long something is kept on disk, overriding the default of
// seven days. What is older is removed and counted as [DropSpoolAge]. A duration that
// is not positive is an error.
func SpoolMaxAge(d time.Duration) SpoolOption {
	return func(s *spoolSettings) error {
		if d <= 0 {
			return fmt.Errorf("SpoolMaxAge: %v is not positive", d)
		}
		s.spool.MaxAge = d
		return nil
	}
}

const (
	defaultSpoolBytes = 1 << 30
	defaultSpoolAge   = 7 * 24 * time.Hour
)

// WithSpool keeps records in a folder that cannot be delivered for now, so that neither
// an outage of the server nor the end of the process loses them. The default is to keep
// them in memory only. Records go to disk
//
//   - when there is no room for them in memory ([WithQueueBytes], [OverflowSpool]),
//   - when requests have failed three times in a row, or the server refuses the account
//     (401, 402, 403),
//   - when [Client.Close] has to return before they are delivered,
//   - and always, before the method returns, with [SpoolDurable].
//
// They are read back when the server takes requests again, after what is in memory, and
// removed when the server has accepted or refused them. What a process leaves behind, the
// next one with the same folder, server and workspace delivers; so does one that is
// running, within some minutes. Any number of processes and clients may share a folder;
// each writes files of its own, and locks them.
//
// If the folder fails later (it is full, say), the client goes on in memory: it tells
// the logger, and counts it in [Stats.SpoolFailures].
//
// Records are on disk as plain text, readable for the user of the process only (files
// 0600, folders 0700): inputs and outputs of the program, but no API key.
//
// The folder is made if it is missing. It is an error of [New] if that is not possible
// or nothing can be written there.
func WithSpool(dir string, opts ...SpoolOption) Option {
	return func(s *settings) error {
		o := spoolSettings{spool: spool.Options{Sync: syncUnset, MaxBytes: defaultSpoolBytes, MaxAge: defaultSpoolAge}}
		problems := []error{o.setDir(dir)}
		for _, opt := range opts {
			if opt != nil {
				problems = append(problems, opt(&o))
			}
		}
		if err := errors.Join(problems...); err != nil {
			return fmt.Errorf("WithSpool: %w", err)
		}
		if o.spool.Sync == syncUnset {
			o.spool.Sync = spool.Interval(time.Second)
			if o.durable {
				o.spool.Sync = spool.Always
			}
		}
		s.spool = &o
		return nil
	}
}

const syncUnset = spool.Never - 1

func (s *spoolSettings) setDir(dir string) error {
	if dir == "" {
		return errors.New("the folder has no name")
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	info, err := os.Stat(abs)
	switch {
	case err == nil && !info.IsDir():
		return fmt.Errorf("%s is no folder", abs)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	s.dir, s.spool.Dir = abs, abs
	return nil
}

// attachmentFolder is the part of the spool's folder that attachments have.
const attachmentFolder = "attachments"

// useSpool configures the queues for a spool, if there is to be one.
func (s *settings) useSpool(cfg *config.Config) {
	if s.spool == nil {
		return
	}
	o := s.spool.spool
	// The workspace cannot hold a line break, since it is a header.
	o.Destination = cfg.URL.V.String() + "\n" + cfg.Workspace.V
	s.pipeline.Spool = &o
	s.pipeline.Durable = s.spool.durable
	s.pipeline.Kinds = message.Kinds
	if s.overflow == 0 {
		s.pipeline.Overflow = pipeline.Spill
	}
	s.uploads.Dir = filepath.Join(s.spool.dir, attachmentFolder)
	s.uploads.Durable = s.spool.durable
	s.uploads.Sync = o.Sync == spool.Always
	s.uploads.MaxDisk = o.MaxBytes
	s.uploads.MaxAge = o.MaxAge
}
