package faults

import (
	"maps"
	"slices"
	"sync"
)

// An Arrival is a request that reached the server.
type Arrival struct {
	Method  string
	Kind    Kind
	Status  int    // the status of the step's response
	Length  int64  // number of body bytes that arrived
	Sum     uint32 // their CRC-32 (IEEE)
	Whole   bool   // the body arrived completely
	Applied bool   // Whole, and the response does not say that the request was not processed
}

// A Journal records the requests that reached a server, by call. A request is recorded
// before its response is sent. A Journal is safe for concurrent use.
type Journal struct {
	mu    sync.Mutex
	calls map[string][]*Arrival
	conns int
}

// Calls returns the names of the calls that reached the server, sorted.
func (j *Journal) Calls() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Sorted(maps.Keys(j.calls))
}

// Arrivals returns the requests of a call in the order of arrival.
func (j *Journal) Arrivals(call string) []Arrival {
	j.mu.Lock()
	defer j.mu.Unlock()
	list := make([]Arrival, len(j.calls[call]))
	for i, a := range j.calls[call] {
		list[i] = *a
	}
	return list
}

// Applied returns the number of times that a call was processed.
func (j *Journal) Applied(call string) (times int) {
	for _, a := range j.Arrivals(call) {
		if a.Applied {
			times++
		}
	}
	return times
}

// Conns returns the number of connections that were opened.
func (j *Journal) Conns() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.conns
}

func (j *Journal) connected() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.conns++
}

// arrive records a request whose head was read, and returns its step.
func (j *Journal) arrive(script Script, call, method string) (*Arrival, Step) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.calls == nil {
		j.calls = map[string][]*Arrival{}
	}
	step := script(call, len(j.calls[call])+1)
	a := &Arrival{Method: method, Kind: step.Kind, Status: step.status()}
	j.calls[call] = append(j.calls[call], a)
	return a, step
}

// read records how much of the body arrived.
func (j *Journal) read(a *Arrival, step Step, length int64, sum uint32, whole bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	a.Length, a.Sum, a.Whole = length, sum, whole
	a.Applied = whole && !step.refuses()
}
