// Package sim has the machinery of simulated APIs, which the simulation of each vendor
// builds on: an engine that listens on a loopback socket, routes requests and records them;
// faults and rate limits; asynchronous writes; documents that keep members which nobody
// knows; a search language; and the calculation of on-call schedules.
//
// It knows no vendor, and no client.
package sim
