// Package realparts runs the toolkit through programs that stand between clients
// and servers in the field: squid, tinyproxy, microsocks, nginx, stunnel and
// toxiproxy. It has tests only, behind the build tag realparts; .ci/realparts
// installs the programs and runs them. Each test starts what it needs on
// loopback, with a configuration of its own, and ends it.
package realparts
