// Package search holds the clients of Elasticsearch and OpenSearch of docs/clients.md, as
// tests: see the package above it.
package search
