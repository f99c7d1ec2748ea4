package ratelimit

// Forget lets a memory store lose its state.
func Forget(s Store) {
	m := s.(*memoryStore) //nolint:errcheck,forcetypeassert // a test
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.accounts)
}
