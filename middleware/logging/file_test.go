package logging_test

import (
	"bytes"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/logging"
)

func TestALogFileIsAppendedTo(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "calls.log")
	for range 2 {
		log, err := logging.Config{Format: logging.JSON, File: path}.Open()
		require.NoError(t, err)
		assert.Empty(t, log.Options())
		resp, err := chain(answering(200, nil, ""), log.Logger, log.Options()...).RoundTrip(get(t, "https://x.io/"))
		finish(t, resp, err)
		require.NoError(t, log.Close())
		require.NoError(t, log.Close(), "closing again is no fault")
		log.Logger.Info("lost")
	}
	written, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, 2, strings.Count(string(written), `"msg":"http call"`))
	assert.Equal(t, 2, strings.Count(string(written), "\n"), "only calls at info level, and nothing after the end")
	info, err := os.Stat(path)
	require.NoError(t, err)
	if runtime.GOOS != "windows" {
		assert.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	}
}

func TestDebugLogsAttemptsWaitsAndBodies(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log, err := logging.Config{Writer: &out, Level: slog.LevelError, Debug: true}.Open()
	require.NoError(t, err)
	resp, err := chain(answering(200, nil, `{"apiKey":"x1y2"}`), log.Logger, append(log.Options(), logging.WithHeaders())...).RoundTrip(get(t, "https://x.io/"))
	finish(t, resp, err)
	require.NoError(t, log.Close())
	for _, part := range []string{`level=INFO msg="http call"`, `level=DEBUG msg="http attempt"`, `level=DEBUG msg="http body"`, `\"apiKey\":\"***\"`} {
		assert.Contains(t, out.String(), part)
	}
}

func TestALevelCanChangeWhileTheLogIsOpen(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	level := &slog.LevelVar{}
	log, err := logging.Config{Writer: &out, Level: level}.Open()
	require.NoError(t, err)
	level.Set(slog.LevelError)
	log.Logger.Warn("dropped")
	level.Set(slog.LevelDebug)
	log.Logger.Debug("kept")
	assert.NotContains(t, out.String(), "dropped")
	assert.Contains(t, out.String(), "kept")
}

// broken is a writer that is gone.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("gone") }

func TestAWriterThatFailsDoesNotCostTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "calls.log")
	log, err := logging.Config{Writer: broken{}, File: path}.Open()
	require.NoError(t, err)
	log.Logger.Info("kept")
	require.NoError(t, log.Close())
	written, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Contains(t, string(written), "kept")
}

func TestALogThatCannotBeOpenedIsAnError(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, config := range map[string]logging.Config{
		"format and missing folder": {Format: "yaml", File: filepath.Join(dir, "missing", "x.log")},
		"format and folder":         {Format: "yaml", File: dir},
	} {
		log, err := config.Open()
		assert.Nil(t, log, name)
		assert.ErrorContains(t, err, `format "yaml"`, name)
		_, isPath := errors.AsType[*fs.PathError](err)
		assert.True(t, isPath, name)
	}
	_, err := logging.Config{File: filepath.Join(dir, "missing", "x.log")}.Open()
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.EqualError(t, err, "logging: open log: folder "+filepath.Join(dir, "missing")+" does not exist: create it")
	_, err = logging.Config{Format: "yaml", File: filepath.Join(dir, "new.log")}.Open()
	require.Error(t, err)
	assert.NoFileExists(t, filepath.Join(dir, "new.log"), "nothing half-built")
}

func TestTheZeroConfigWritesToStandardError(t *testing.T) {
	t.Parallel()
	log, err := logging.Config{}.Open()
	require.NoError(t, err)
	assert.True(t, log.Logger.Enabled(t.Context(), slog.LevelInfo))
	assert.False(t, log.Logger.Enabled(t.Context(), slog.LevelDebug))
	require.NoError(t, log.Close())
}
