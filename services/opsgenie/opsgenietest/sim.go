package opsgenietest

import "github.com/tripware/tripware/services/internal/sim"

// Short names for the machinery of simulated APIs.
type (
	document = sim.Document
	problems = sim.Problems
	refusal  = sim.Refusal
	item     = sim.Item
	shelf    = sim.Shelf
	shelves  = sim.Shelves
	field    = sim.Field
	schema   = sim.Schema
)
