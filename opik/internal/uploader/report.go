package uploader

import (
	"fmt"
	"log/slog"

	"github.com/opik-go/sdk/opik/internal/pipeline"
)

// report warns of what concerns the user.
func (u *Uploader) report(event, text string, args ...any) {
	u.log(slog.LevelWarn, event, text, args...)
}

func (u *Uploader) log(level slog.Level, event, text string, args ...any) {
	u.events.Tell(level, event, text, args...)
}

func (u *Uploader) lost(it *item, why pipeline.DropReason, err error) {
	u.report(string(why), "opik: an attachment is lost", "entity", it.EntityID, "reason", string(why), "error", err)
}

func (u *Uploader) rejected(status int, text string) {
	u.log(slog.LevelError, fmt.Sprint("rejected ", status), "opik: the server rejected an attachment", "status", status, "message", text)
}

func (u *Uploader) outage(err error) {
	u.report("outage", "opik: attachments cannot be delivered for now; they are kept and sent again", "error", err)
}

func (u *Uploader) recovered(failures int) {
	u.log(slog.LevelInfo, "recovery", "opik: attachments are being delivered again", "failures", failures)
}

func (u *Uploader) paused(err error) {
	u.log(slog.LevelError, "pause", "opik: the server does not accept attachments; they are kept, and it is asked again from time to time", "error", err)
}

func (u *Uploader) resumed() {
	u.log(slog.LevelInfo, "resume", "opik: the server accepts attachments again")
}
