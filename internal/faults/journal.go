package faults

import (
	"maps"
	"slices"
	"sync"
)

// An Arrival is one request as it reached the server.
type Arrival struct {
	Method  string
	Kind    Kind
	Status  int    // what the step answers, if it comes to that
	Length  int64  // bytes of the body that arrived
	Sum     uint32 // their CRC-32 (IEEE)
	Whole   bool   // the body arrived to its end
	Applied bool   // whole, and the answer does not say that nothing was done: a side effect
}

// A Journal holds what reached a server, call by call. It is safe for concurrent
// use. What a client has an answer to stands in it.
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

// Arrivals returns the requests of a call in their order.
func (j *Journal) Arrivals(call string) []Arrival {
	j.mu.Lock()
	defer j.mu.Unlock()
	list := make([]Arrival, len(j.calls[call]))
	for i, a := range j.calls[call] {
		list[i] = *a
	}
	return list
}

// Applied returns how many times a call had its effect.
func (j *Journal) Applied(call string) (times int) {
	for _, a := range j.Arrivals(call) {
		if a.Applied {
			times++
		}
	}
	return times
}

// Conns returns how many connections were opened.
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

// arrive notes a request whose head was read, and returns what happens to it.
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

// read notes how much of the body came.
func (j *Journal) read(a *Arrival, step Step, length int64, sum uint32, whole bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	a.Length, a.Sum, a.Whole = length, sum, whole
	a.Applied = whole && !step.refuses()
}
