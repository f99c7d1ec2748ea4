package archive

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/tripware/tripware/services"
)

// A noder reads one row of a kind with its parts.
type noder struct {
	*exporter

	row   Row // gathers what is missing
	files []Stored
}

// lose records a part that is missing, or returns an error that ends the export.
func (n *noder) lose(part string, err error) error {
	m, goesOn := missingOf(err)
	if !goesOn {
		return err
	}
	m.Kind, m.ID, m.Part = n.row.Kind, n.row.ID, part
	n.row.Missing = append(n.row.Missing, m)
	return nil
}

// A place is where a resource is below its row: its ids, from the row's on, and the names of the
// parts that lead there.
type place struct {
	at    string // such as "notification-rules/steps"; empty for the row itself
	ids   []string
	query string // that the request for a row needs too
}

// part returns the place of a part, whose own id is not known yet.
func (p place) part(name string) place { return place{at: joined(p.at, "/", name), ids: p.ids} }

// row returns the place of a row of a part.
func (p place) row(id string) place { return place{at: p.at, ids: append(slices.Clone(p.ids), id)} }

// node reads a resource and its parts. Row is what the list has of it.
func (n *noder) node(ctx context.Context, res resource, p place, row json.RawMessage) (node Node, err error) {
	node.Listed = row
	there, err := n.data(ctx, res, p, &node)
	if err != nil || !there {
		return node, err
	}
	if res.file != noFile && (res.get == "" || node.Data != nil) {
		if node.File, err = n.beside(ctx, res, p, node.Value()); err != nil {
			return node, err
		}
	}
	for _, part := range res.parts {
		if !n.has(part.option) {
			continue
		}
		parts, err := n.parts(ctx, part, p.part(part.name))
		if err != nil {
			return node, err
		}
		if parts != nil {
			if node.Parts == nil {
				node.Parts = map[string][]Node{}
			}
			node.Parts[part.name] = parts
		}
	}
	return node, nil
}

// data reads what the list does not have of a resource, and reports whether the resource is
// still there.
func (n *noder) data(ctx context.Context, res resource, p place, node *Node) (there bool, err error) {
	if res.get == "" {
		return true, nil
	}
	data, err := n.read.one(ctx, res.get, p.ids, joined(res.getQuery, "&", p.query))
	if err == nil {
		node.Data = data
		return true, nil
	}
	return !errors.Is(err, services.ErrNotFound), n.lose(p.at, err) // one that was deleted meanwhile has no parts
}

// joined joins two texts, unless one of them is empty.
func joined(a, between, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + between + b
}

// parts reads the parts of one name of a resource. It returns nil if they are missing.
func (n *noder) parts(ctx context.Context, res resource, p place) ([]Node, error) {
	if res.file == calendar {
		name, err := n.beside(ctx, res, p, nil)
		if name == "" || err != nil {
			return nil, err
		}
		return []Node{{File: name}}, nil
	}
	if res.single {
		data, err := n.read.one(ctx, res.list, p.ids, res.query)
		if err != nil {
			return nil, n.lose(p.at, err)
		}
		return []Node{{Data: data}}, nil
	}
	all := []Node{}
	for row, err := range n.read.rows(ctx, res, p.ids, res.query) {
		if err != nil {
			if err := n.lose(p.at, err); err != nil || len(all) == 0 {
				return nil, err
			}
			return all, nil
		}
		part, err := n.node(ctx, res, p.row(res.idOf(row)), row)
		if err != nil {
			return nil, err
		}
		all = append(all, part)
	}
	return all, nil
}
