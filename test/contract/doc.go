// Package contract sends every operation of the Opsgenie client at a server that
// knows the vendor's description of the API and refuses what does not fit it. It
// has tests only: .ci/contract installs the server, Prism, and names it to them.
// Without it they send the operations at nobody, and look at what is sent.
package contract
