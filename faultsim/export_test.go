package faultsim

// Simulate is Test with another patience.
var Simulate = simulate
