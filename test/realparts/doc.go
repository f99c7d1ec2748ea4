// Package realparts tests the toolkit with real proxies and servers: squid, tinyproxy,
// microsocks, nginx, stunnel and toxiproxy. It has only tests, with the build tag
// realparts. .ci/realparts installs the programs and runs the tests. Each test starts the
// programs it needs on loopback, with its own configuration, and stops them.
package realparts
