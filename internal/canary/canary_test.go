package canary_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/canary"
)

// A search that finds nothing must be one that would have found something.
func TestASecretIsFoundInEveryForm(t *testing.T) {
	t.Parallel()
	for name, secret := range map[string]string{"key": canary.Key, "password": canary.Password, "token": canary.Token, "body": canary.Body} {
		quoted, err := json.Marshal(secret)
		require.NoError(t, err)
		for _, text := range []string{
			secret, "before " + secret + " after", string(quoted), fmt.Sprintf("%q", secret), strings.ToLower(secret),
			url.QueryEscape(secret), url.PathEscape(secret), url.UserPassword("u", secret).String(),
			secret[:20], secret[len(secret)-16:],
		} {
			assert.Equal(t, []string{name}, canary.Find(text), text)
		}
		for how, text := range map[string]string{
			"in hex": fmt.Sprintf("%x", secret), "as bytes": fmt.Sprintf("%d", []byte(secret)), "as Go bytes": fmt.Sprintf("%#v", []byte(secret)),
			"in base64": base64.StdEncoding.EncodeToString([]byte(secret)),
		} {
			assert.Equal(t, []string{name + " " + how}, canary.Find(text), text)
		}
	}
	pair := base64.StdEncoding.EncodeToString([]byte(canary.User + ":" + canary.Password))
	assert.Equal(t, []string{"password in base64"}, canary.Find("Basic "+pair))
	assert.Empty(t, canary.Find("*** "+canary.User+" ***"))
}

type hidden struct{ text string }

func (h hidden) String() string { return "hidden" }

// Whatever a type shows of itself in one way, another may show the rest.
func TestAValueIsSearchedInEveryWay(t *testing.T) {
	t.Parallel()
	for _, v := range []any{
		hidden{canary.Key}, struct{ Key string }{canary.Key}, []byte(canary.Key), map[string]any{"k": canary.Key},
		errors.New(canary.Key), json.RawMessage(`"` + canary.Key + `"`),
	} {
		var n canary.Net
		n.Value("sink", v)
		assert.NotEmpty(t, n.Leaks(), "%T", v)
		assert.Equal(t, map[string]int{"sink": 9}, n.Counts())
	}
	var n canary.Net
	n.Value("sink", struct{ Name string }{"harmless"})
	assert.Empty(t, n.Leaks())
}

func TestAnErrorIsSearchedWithAllThatItWraps(t *testing.T) {
	t.Parallel()
	secret := errors.New(canary.Token)
	for _, err := range []error{secret, &quiet{secret}, errors.Join(errors.New("x"), &quiet{&quiet{secret}})} {
		var n canary.Net
		n.Error("sink", err, nil)
		assert.NotEmpty(t, n.Leaks(), "%T", err)
	}
	var n canary.Net
	n.Error("sink", nil, nil)
	n.Error("sink", &quiet{secret}, func(err error) bool { return err.Error() == canary.Token })
	assert.Empty(t, n.Leaks())
}

type quiet struct{ cause error }

func (q *quiet) Error() string { return "quiet" }
func (q *quiet) Unwrap() error { return q.cause }

func TestALogIsSearchedAtItsLevel(t *testing.T) {
	t.Parallel()
	var n canary.Net
	log := n.Logger("log", slog.LevelWarn)
	log.Info("below", slog.String("key", canary.Key))
	assert.Empty(t, n.Counts())
	log.Warn("seen", slog.String("key", canary.Key))
	assert.Equal(t, map[string]int{"log WARN JSON": 1, "log WARN text": 1}, n.Counts())
	assert.Len(t, n.Leaks(), 2)
}
