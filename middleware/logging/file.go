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

// A Format is how records are written.
type Format string

// The formats of [slog.TextHandler] and [slog.JSONHandler].
const (
	Text Format = "text"
	JSON Format = "json"
)

// A Config describes a logger for those who have none. The zero value writes
// text at info level to standard error.
type Config struct {
	Format Format       // Text if empty
	Writer io.Writer    // os.Stderr if nil and no File is named; it is not closed
	File   string       // opened for appending, created with mode 0600 if need be
	Level  slog.Leveler // slog.LevelInfo if nil
	Debug  bool         // debug level, with attempts, waits and bodies
}

// Open checks c, opens its file and returns the log, whose owner closes it. A
// Writer and a File both get every record. The error joins all that is wrong;
// nothing is open or created then.
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

// both writes to each whatever becomes of the other, unlike [io.MultiWriter].
type both [2]io.Writer

func (b both) Write(p []byte) (int, error) {
	_, first := b[0].Write(p)
	_, second := b[1].Write(p)
	return len(p), errors.Join(first, second)
}

// probe says why the file could not be opened, without creating it.
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

// openError says of a file that cannot be created what is missing.
func (c Config) openError(err error) error {
	folder := filepath.Dir(c.File)
	if _, none := os.Stat(folder); errors.Is(err, fs.ErrNotExist) && errors.Is(none, fs.ErrNotExist) {
		err = &folderError{folder, err}
	}
	return fmt.Errorf("logging: open log: %w", err)
}

// A folderError names the folder that is missing, where the cause names the file.
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

// atLeastDebug follows a level that may change while the program runs.
type atLeastDebug struct{ slog.Leveler }

func (a atLeastDebug) Level() slog.Level { return min(a.Leveler.Level(), slog.LevelDebug) }

// A Log is an open log: its Logger goes to [Calls] and [Attempts] together with
// its Options. It is safe for concurrent use.
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

// Close closes the file, if there is one; what is logged later is lost. Calling
// it again returns the same error.
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
