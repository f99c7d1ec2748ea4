package archive

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A note is a line of its own: on a terminal it is above the lines, which are drawn again
// below it, so that none is overwritten.
func TestANoteStandsAboveTheLines(t *testing.T) {
	t.Parallel()
	var screen bytes.Buffer
	p := NewProgress(&screen, true)
	p.Line("users")
	p.Line("teams")
	screen.Reset()
	p.Note("the disk is slow")
	const users, teams = "\r\x1b[2K░░░░░░░░░░░░░░░░░░░░ users                  0 of 0\n", "\r\x1b[2K░░░░░░░░░░░░░░░░░░░░ teams                  0 of 0\n"
	assert.Equal(t, "\x1b[2A\r\x1b[2Kthe disk is slow\n"+users+teams, screen.String())
	screen.Reset()
	p.Note("again")
	assert.Equal(t, "\x1b[2A\r\x1b[2Kagain\n"+users+teams, screen.String())

	screen.Reset()
	p = NewProgress(&screen, false)
	users2 := p.Line("users")
	p.Note("the disk is slow")
	users2.End(false)
	assert.Equal(t, "the disk is slow\nusers                  0\n", screen.String())
	NewProgress(nil, true).Note("nobody sees it")
}
