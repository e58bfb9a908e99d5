package upload

import (
	"mime"
	"net/http"
	"path"
	"strings"
)

// known are media types by extension. The tables that package mime reads differ
// from machine to machine, and its own is short.
var known = map[string]string{
	".aac": "audio/aac", ".avi": "video/x-msvideo", ".bmp": "image/bmp", ".csv": "text/csv",
	".doc":  "application/msword",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".flac": "audio/flac", ".gif": "image/gif", ".gz": "application/gzip", ".heic": "image/heic",
	".htm": "text/html", ".html": "text/html", ".ico": "image/x-icon", ".jpeg": "image/jpeg",
	".jpg": "image/jpeg", ".js": "text/javascript", ".json": "application/json",
	".jsonl": "application/jsonl", ".log": "text/plain", ".m4a": "audio/mp4", ".md": "text/markdown",
	".mov": "video/quicktime", ".mp3": "audio/mpeg", ".mp4": "video/mp4", ".mpeg": "video/mpeg",
	".ogg": "audio/ogg", ".parquet": "application/vnd.apache.parquet", ".pdf": "application/pdf",
	".png": "image/png", ".ppt": "application/vnd.ms-powerpoint",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	".svg":  "image/svg+xml", ".tar": "application/x-tar", ".tif": "image/tiff", ".tiff": "image/tiff",
	".txt": "text/plain", ".wav": "audio/wav", ".webm": "video/webm", ".webp": "image/webp",
	".xls":  "application/vnd.ms-excel",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".xml":  "application/xml", ".yaml": "application/yaml", ".yml": "application/yaml",
	".zip": "application/zip",
}

// MediaType returns the media type that the extension of a name stands for, or, if
// that says nothing, the one that content with these first bytes seems to have. It
// has no parameters.
func MediaType(name string, head []byte) string {
	ext := strings.ToLower(path.Ext(name))
	found := known[ext]
	if found == "" {
		found = mime.TypeByExtension(ext)
	}
	if found == "" {
		found = http.DetectContentType(head)
	}
	found, _, _ = strings.Cut(found, ";")
	return strings.TrimSpace(found)
}
