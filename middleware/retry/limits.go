package retry

import (
	"sync"
	"time"
)

// limits are the bounds of a running loop, and its face to the layers below.
type limits struct {
	mu         sync.Mutex
	maxRetries int
	maxElapsed time.Duration // 0: none
	extra      extra
}

// extra is the state of the one attempt outside the limits that a call may have.
type extra int

const (
	extraBarred extra = iota // the body cannot be sent again
	extraFree
	extraAsked
	extraSpent
)

// Again grants one attempt more, once, if the body can be sent again.
func (l *limits) Again() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.extra != extraFree {
		return false
	}
	l.extra = extraAsked
	return true
}

// allow makes the extra attempt available.
func (l *limits) allow() {
	if l != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.extra = extraFree
	}
}

// asked reports, once, that a layer below asked for the extra attempt.
func (l *limits) asked() bool {
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.extra != extraAsked {
		return false
	}
	l.extra = extraSpent
	return true
}

func (l *limits) get() (maxRetries int, maxElapsed time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.maxRetries, l.maxElapsed
}

// narrow takes over what is stricter in the limits of a loop below.
func (l *limits) narrow(below *limits) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.maxRetries = min(l.maxRetries, below.maxRetries)
	if below.maxElapsed > 0 && (l.maxElapsed == 0 || below.maxElapsed < l.maxElapsed) {
		l.maxElapsed = below.maxElapsed
	}
}
