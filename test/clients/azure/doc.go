// Package azure holds the Azure SDK of docs/clients.md, as tests: see the package above it.
package azure
