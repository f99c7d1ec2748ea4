// Package clients measures what the retry loop of this module does below clients that
// retry on their own. It is the kit of the modules in the folders below it, which hold
// the real clients:
//
//	go test -C test/clients/light ./...          compares with the rows that are stored
//	go test -C test/clients/light ./... -update  measures and stores them
//
// A module is a table of [Client] values and one test that passes it to [Run]. Each client
// makes the same call in each [Scene], once as it comes ([Client.Before]) and once with
// the lines that docs/clients.md recommends ([Client.After]). A server on loopback counts
// the requests and compares their bodies. What it saw is the client's [Row], which is
// stored in the folder rows. [Page] makes docs/clients.md of all rows; make clients does
// everything.
//
// The recommended lines are those of After between two comments, so that what the page
// says is what ran:
//
//	// line:
//	client := resty.New().SetTransport(rt)
//	// end
package clients
