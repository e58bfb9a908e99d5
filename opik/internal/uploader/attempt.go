package uploader

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/opik-go/sdk/opik/internal/upload"
)

// session is an upload that a server has begun. What a storage has of it is not
// sent again.
type session struct {
	Upload
	begun  time.Time
	stored []Stored // of the first parts
}

// validity is how long addresses are used; they are valid for an hour.
const validity = 55 * time.Minute

// A file is given up when so many valid addresses in a row are refused, or when so
// many times an hour was not enough to store it.
const (
	maxRefusals = 3
	maxExpiries = 10
)

// attemptSafely is attempt for a server that may panic, as code of the user's may
// that is part of it.
func (u *Uploader) attemptSafely(it *item) (s step, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic while sending: %v", v)
		}
	}()
	return u.attempt(u.ctx, it)
}

// attempt sends what the server does not have of an item yet. It returns the step
// that failed.
func (u *Uploader) attempt(ctx context.Context, it *item) (s step, err error) {
	parts, err := upload.Split(it.size)
	if err != nil {
		return start, fmt.Errorf("%w: %w", ErrPermanent, err)
	}
	source, closeFile, err := it.open(ctx)
	if err != nil {
		return start, err
	}
	defer func() {
		// The source first: it waits for reads that are under way.
		err = errors.Join(err, source.Close(), closeFile())
	}()
	if err := u.begun(ctx, it, len(parts)); err != nil {
		return start, err
	}
	server := u.opts.Server
	if it.upload.Whole {
		u.requested(it.size)
		err := server.PutWhole(ctx, it.upload.Addresses[0], source)
		if judge(whole, err) == pause {
			it.upload = nil // maybe a storage has the files now
		}
		return whole, err
	}
	for _, p := range parts[len(it.upload.stored):] {
		u.requested(p.Size)
		tag, err := server.PutPart(ctx, it.upload.Addresses[p.Number-1], source, p)
		if err != nil {
			return part, u.again(it, part, err)
		}
		it.upload.stored = append(it.upload.stored, Stored{p.Number, tag})
		u.progress()
	}
	u.requested(0)
	err = server.Complete(ctx, it.File, it.size, it.upload.ID, it.upload.stored)
	return complete, u.again(it, complete, err)
}

// begun asks for addresses unless there are valid ones.
func (u *Uploader) begun(ctx context.Context, it *item, parts int) error {
	if s := it.upload; s != nil {
		if s.Whole || time.Since(s.begun) < validity {
			return nil
		}
		it.upload = nil
		if it.expiries++; it.expiries >= maxExpiries {
			return fmt.Errorf("%w: the addresses for the parts expired %d times before all were stored", ErrPermanent, it.expiries)
		}
	}
	u.requested(0)
	now := time.Now()
	answer, err := u.opts.Server.Start(ctx, it.File, parts)
	if err != nil {
		return err
	}
	want := parts
	if answer.Whole {
		want = 1
	}
	if len(answer.Addresses) < want || !answer.Whole && len(answer.Addresses) > want {
		return fmt.Errorf("the server names %d addresses for %d parts", len(answer.Addresses), want)
	}
	it.upload = &session{Upload: answer, begun: now}
	u.progress()
	return nil
}

// again forgets addresses that are refused, so that the next attempt asks for new
// ones, or says that there is no point in that.
func (u *Uploader) again(it *item, s step, err error) error {
	if judge(s, err) != restart {
		return err
	}
	it.upload = nil
	if it.refusals++; it.refusals >= maxRefusals {
		return fmt.Errorf("%w: %w", ErrPermanent, err)
	}
	return err
}

// requested counts a request.
func (u *Uploader) requested(bytes int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.requests++
	u.sentBytes += bytes
}

// progress notes that the server answers.
func (u *Uploader) progress() {
	u.mu.Lock()
	say := func() {}
	if !u.dead && u.pace != (pace{}) {
		if alive := u.alive(); alive != nil {
			say = alive
		}
	}
	u.mu.Unlock()
	say()
}
