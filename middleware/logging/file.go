package logging

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
)

// A Format is the format of a log.
type Format string

// The formats of [slog.TextHandler] and [slog.JSONHandler].
const (
	Text Format = "text"
	JSON Format = "json"
)

// A Config describes a logger, for programs that do not have one. The zero value writes
// text at info level to standard error.
type Config struct {
	Format Format       // Text if empty
	Writer io.Writer    // os.Stderr if nil and File is empty; Close does not close it
	File   string       // opened for appending; created with mode 0600 if it does not exist
	Level  slog.Leveler // slog.LevelInfo if nil
	Debug  bool         // logs at debug level, with attempts, waits and bodies
}

// Open opens the log that c describes. The caller must close it. If both Writer and File
// are set, both get every record. If c is invalid, Open returns one error that lists
// everything that is wrong, and creates no file.
func (c Config) Open() (*Log, error) {
	format := cmp.Or(c.Format, Text)
	if format != Text && format != JSON {
		return nil, errors.Join(fmt.Errorf("logging: open log: format %q is neither %q nor %q", c.Format, Text, JSON), c.probe())
	}
	l := &Log{debug: c.Debug}
	writer := c.Writer
	if c.File != "" {
		file, err := os.OpenFile(c.File, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, c.openError(err)
		}
		l.file = file
		if writer = file; c.Writer != nil {
			writer = both{c.Writer, file}
		}
	} else if writer == nil {
		writer = os.Stderr
	}
	settings := &slog.HandlerOptions{Level: c.level()}
	if format == JSON {
		l.Logger = slog.New(slog.NewJSONHandler(writer, settings))
	} else {
		l.Logger = slog.New(slog.NewTextHandler(writer, settings))
	}
	return l, nil
}

// both writes to both writers, even if the first fails, unlike [io.MultiWriter].
type both [2]io.Writer

func (b both) Write(p []byte) (int, error) {
	_, first := b[0].Write(p)
	_, second := b[1].Write(p)
	return len(p), errors.Join(first, second)
}

// probe returns an error if the file cannot be opened. It does not create the file.
func (c Config) probe() error {
	if c.File == "" {
		return nil
	}
	file, err := os.OpenFile(c.File, os.O_APPEND|os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		_, err = os.Stat(filepath.Dir(c.File))
	} else if err == nil {
		err = file.Close()
	}
	if err != nil {
		return c.openError(err)
	}
	return nil
}

// openError names the missing folder if a file cannot be created.
func (c Config) openError(err error) error {
	folder := filepath.Dir(c.File)
	if _, none := os.Stat(folder); errors.Is(err, fs.ErrNotExist) && errors.Is(none, fs.ErrNotExist) {
		err = &folderError{folder, err}
	}
	return fmt.Errorf("logging: open log: %w", err)
}

// A folderError names a missing folder. Its cause names only the file.
type folderError struct {
	folder string
	cause  error
}

func (e *folderError) Error() string { return "folder " + e.folder + " does not exist: create it" }
func (e *folderError) Unwrap() error { return e.cause }

func (c Config) level() slog.Leveler {
	level := c.Level
	if level == nil {
		level = slog.LevelInfo
	}
	if c.Debug {
		return atLeastDebug{level}
	}
	return level
}

// atLeastDebug is a level that may change, but is at least debug.
type atLeastDebug struct{ slog.Leveler }

func (a atLeastDebug) Level() slog.Level { return min(a.Leveler.Level(), slog.LevelDebug) }

// A Log is an open log. Pass its Logger and its Options to [Calls] and [Attempts]. It is
// safe for concurrent use.
type Log struct {
	Logger *slog.Logger
	file   *os.File
	debug  bool
	once   sync.Once
	err    error
}

// Options returns what the debug switch asks for: waits, and 4 KiB of each
// body. Without it there are none.
func (l *Log) Options() []Option {
	if !l.debug {
		return nil
	}
	return []Option{WithWaits(), WithBodies(4 << 10)}
}

// Close closes the file, if there is one. Records logged later are lost. Further calls
// return the same error.
func (l *Log) Close() error {
	l.once.Do(func() {
		if l.file == nil {
			return
		}
		if err := l.file.Close(); err != nil {
			l.err = fmt.Errorf("logging: close log: %w", err)
		}
	})
	return l.err
}
