// Package hashicorp holds the clients of Vault and Consul of docs/clients.md, as tests: see
// the package above it.
package hashicorp
