package contract_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
)

// tally counts what became of what was sent.
type tally struct {
	sent, accepted, refused, absent, unread int
	examples                                map[string]string // what of them is not to be read, by operation; nil: there are none
	complaints                              []string
	outside                                 map[string]bool            // operations that the document lacks
	told                                    map[string]bool            // complaints: an operation with a reason
	routes                                  map[string]transport.Route // by operation
}

// unconfirmed are the operations that no description of the vendor's has: other
// clients of the API send them, and their comments say so.
var unconfirmed = []string{"Postmortems.Create", "Postmortems.Delete", "Postmortems.Update"}

// linkless is the operation whose answer is a bare link, for which the document
// has no example: Prism answers with the word "string", which is none.
const linkless = "Logs.DownloadLink"

func (c *tally) add(o operation, v variant, w *witness, err error) {
	c.sent++
	c.routes[o.name] = w.route
	complain := func(word, why string) {
		if key := o.name + why; !c.told[key] {
			c.told[key] = true
			c.complaints = append(c.complaints, fmt.Sprintf("%s %s (%s): %s\n      %s %.500s\n      %.500s", word, o.name, v.name, why, w.asked, w.sent, w.got))
		}
	}
	failed, _ := errors.AsType[*services.Error](err)
	switch {
	case w.code == http.StatusNotFound || w.code == http.StatusMethodNotAllowed:
		c.absent++
		c.outside[o.name] = true
		complain("not in the document:", w.reason())
	case w.code >= 400:
		c.refused++
		complain("refused:", w.reason())
	case w.code < 200 || failed == nil && err != nil && !errors.Is(err, services.ErrResponse):
		c.refused++
		complain("failed:", err.Error())
	case w.said != "" && w.reason() != "":
		c.refused++
		complain("faulted:", w.reason())
	default:
		c.accepted++
		if err != nil && o.name != linkless && !c.excuses(o, err) {
			c.unread++
			complain("answer not read:", err.Error())
		}
	}
}

// excuses reports whether members need not be read.
func (c *tally) excuses(o operation, err error) bool {
	members := c.examples[o.name]
	return errors.Is(err, errUnread) && (c.examples == nil || members != "" && strings.HasSuffix(err.Error(), ": "+members))
}

// print writes each complaint, once for an operation and a reason, and the counts.
func (c *tally) print(operations int) {
	for _, complaint := range c.complaints {
		fmt.Println(complaint)
	}
	fmt.Printf("operations: %d, of which the document has %d\n", operations, operations-len(c.outside))
	fmt.Printf("requests: sent %d, accepted %d, refused %d, not in the document %d; answers that could not be read %d\n",
		c.sent, c.accepted, c.refused, c.absent, c.unread)
}

// errUnread is the error of send if the value lacks members that the response has.
var errUnread = fmt.Errorf("%w: members were not read", services.ErrResponse)

// unread returns the members of a response that a value does not write back.
func unread(at string, raw []byte, value any) (names []string) {
	text, err := json.Marshal(value)
	var sent, read any
	if err != nil || json.Unmarshal(raw, &sent) != nil || json.Unmarshal(text, &read) != nil {
		return nil // a file
	}
	switch sent := sent.(type) {
	case map[string]any:
		read, _ := read.(map[string]any)
		for name, member := range sent {
			if _, ok := read[name]; !ok {
				names = append(names, at+"."+name)
				continue
			}
			text, _ := json.Marshal(member)
			names = append(names, unread(at+"."+name, text, read[name])...)
		}
	case []any:
		read, _ := read.([]any)
		if len(read) != len(sent) {
			return []string{at + "[]"}
		}
		for i := range sent {
			text, _ := json.Marshal(sent[i])
			names = append(names, unread(at+"[]", text, read[i])...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
