// Package contract tests every operation of the clients of Opsgenie and JSM Operations against
// Prism, a server that refuses requests that do not match the description of the API, and puts
// Prism before the simulators of both to test their responses. It has only tests. .ci/contract
// installs Prism and runs them. Without Prism the tests check the requests but do not send them.
package contract
