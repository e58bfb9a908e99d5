// Package uploader sends files to a server in the background, each whole or not at
// all, and accounts for them as package pipeline does for records: at every moment
//
//	accepted = delivered + rejected + dropped + spooled + queued
//
// What is small is kept in memory, inside a bound. Everything else is in files, of
// which no more than a buffer is in memory at any time.
package uploader

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/opik-go/sdk/opik/internal/eventlog"
	"github.com/opik-go/sdk/opik/internal/pipeline"
	"github.com/opik-go/sdk/opik/internal/retry"
	"github.com/opik-go/sdk/opik/internal/upload"
)

// Kind is what statistics and receipts call the files.
const Kind = "attachment"

// Limits and defaults.
const (
	// SmallContent is the most bytes of one file that are kept in memory.
	SmallContent = 256 << 10
	// DefaultWorkers is how many files are sent at the same time.
	DefaultWorkers = 2
	// DefaultMaxMemory bounds what all files that wait take of the memory.
	DefaultMaxMemory = 8 << 20
	// DefaultMaxDisk bounds what they take of the disk.
	DefaultMaxDisk = 1 << 30
	// overhead is what a file costs to manage, wherever its content is.
	overhead = 1 << 10
)

// File says what a file is, and where it belongs.
type File struct {
	EntityType string `json:"entity_type"`
	EntityID   string `json:"entity_id"`
	Name       string `json:"file_name"`
	// MIMEType may be empty: then it is found out.
	MIMEType string `json:"mime_type"`
	Project  string `json:"project_name"`
}

// key is what a later file replaces an earlier one by.
func (f *File) key() string {
	return f.EntityType + "/" + f.EntityID + "/" + f.Project + "/" + f.Name
}

// Server is what the uploader needs of a server. Each method makes one attempt. An
// error is a [*rest.APIError] if there was an answer, and wraps [ErrPermanent] if no
// attempt can ever succeed; with any other one the attempt is repeated.
type Server interface {
	// Start asks where the parts of a file go.
	Start(ctx context.Context, f File, parts int) (Upload, error)
	// PutWhole sends all of the content to the server itself.
	PutWhole(ctx context.Context, address string, content *upload.Source) error
	// PutPart sends a part to a storage, and returns how that identifies it.
	PutPart(ctx context.Context, address string, content *upload.Source, part upload.Part) (tag string, err error)
	// Complete says that all parts are stored.
	Complete(ctx context.Context, f File, size int64, id string, parts []Stored) error
}

// Upload is the server's answer to where parts go.
type Upload struct {
	ID string
	// Whole says that the server takes the content itself, at the only address.
	Whole     bool
	Addresses []string
}

// Stored is a part that a storage has.
type Stored struct {
	Number int
	Tag    string
}

// Errors of [Uploader.Add] beside those of package pipeline.
var (
	// ErrContent is wrapped if the content is not there, cannot be read, or is of a
	// size that cannot be stored. Such a file is not accepted, and not counted.
	ErrContent = errors.New("the content cannot be taken")
	// ErrPermanent is wrapped by errors of a [Server] that another attempt cannot change.
	ErrPermanent = errors.New("another attempt is of no use")
)

// Options configures an [Uploader]. Only Server is required.
type Options struct {
	Server Server
	// Workers is how many files are sent at the same time. Default 2.
	Workers int
	// MaxMemory bounds the content in memory, and an estimate of what is needed to
	// manage the files. Default 8 MiB.
	MaxMemory int64
	// Reserve asks for memory inside a bound that is shared with others, Occupy takes
	// it even if others have to give way, and Release gives it back. They are called
	// with a lock held. Nil if there is no such bound.
	Reserve func(n int64) bool
	Occupy  func(n int64)
	Release func(n int64)
	// MaxDisk bounds the files on disk. Default 1 GiB. Room, if it is not nil,
	// returns what others have left of it.
	MaxDisk int64
	Room    func() int64

	// Dir is a folder that outlives the process, in which what could not be sent
	// waits for the next one. Empty: there is none, and files are temporary.
	Dir string
	// Destination names the server; what waits for another one is left alone. It is
	// a short word that can be part of a file name. Required with Dir.
	Destination string
	// Durable makes Add return when the file is in Dir.
	Durable bool
	// Sync makes everything that is written to Dir survive a crash of the machine.
	Sync bool
	// MaxAge is how long a file may wait in Dir. Default: without limit.
	MaxAge time.Duration

	// Retry says how long to wait after a failure, and Probe while the server refuses
	// the account; see [pipeline.Options].
	Retry, Probe retry.Policy
	// Logger is told of losses and outages, never with a lock held. Nil is silent.
	Logger *slog.Logger
}

// Uploader sends files in the background. It is safe for concurrent use. It has no
// goroutine while there is nothing to send.
type Uploader struct {
	opts Options
	home home

	ctx    context.Context // of all requests
	cancel context.CancelFunc
	events *eventlog.Log

	// mu guards everything below. It is not held while content is read or written,
	// nor during requests.
	mu      sync.Mutex
	items   []*item            // waiting, live ones, in the order of their acceptance
	old     []*item            // waiting, of processes that have ended
	byKey   map[string][]*item // all of them, and those being sent, by age
	flying  map[*item]bool
	homes   []*home   // of processes that have ended
	adopted time.Time // when somebody last looked for them
	loading bool
	seq     uint64
	account

	workers int
	busy    int // workers and those who write
	timer   *time.Timer
	pace    pace
	flushes []*flush
	closing bool
	dead    bool
	quiet   chan struct{} // closed when nobody is busy any more, once dead
}

// New returns an uploader. It starts no goroutine and touches no file.
func New(o Options) (*Uploader, error) {
	switch {
	case o.Server == nil:
		return nil, errors.New("uploader: no server")
	case o.Dir != "" && !isWord(o.Destination):
		return nil, errors.New("uploader: no destination for what is kept on disk")
	case o.Durable && o.Dir == "":
		return nil, errors.New("uploader: no folder to be durable in")
	}
	if o.Workers <= 0 {
		o.Workers = DefaultWorkers
	}
	if o.MaxMemory <= 0 {
		o.MaxMemory = DefaultMaxMemory
	}
	if o.MaxDisk <= 0 {
		o.MaxDisk = DefaultMaxDisk
	}
	o.Retry = o.Retry.Or(pipeline.DefaultRetry)
	o.Probe = o.Probe.Or(pipeline.DefaultProbe)
	u := &Uploader{
		events: eventlog.New(o.Logger),
		opts:   o,
		byKey:  make(map[string][]*item),
		flying: make(map[*item]bool),
		quiet:  make(chan struct{}),
	}
	u.account.drops = make(map[pipeline.DropReason]int64)
	u.ctx, u.cancel = context.WithCancel(context.Background())
	return u, nil
}

// isWord reports whether a text can be part of a file name everywhere.
func isWord(s string) bool {
	for _, r := range s {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') {
			return false
		}
	}
	return s != "" && len(s) <= 64
}
