package main

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/tripware/tripware/examples/internal/archive"
)

// A document is the content of a file, without the types of this program.
type document = map[string]any

// compare prints how many teams and schedules of two backups are equal, apart from ids
// and from what is not restored. It returns an error if some differ.
func compare(out io.Writer, before, after string) error {
	var unequal []string
	for _, service := range []string{archive.Teams, archive.Schedules} {
		was, err := documents(before, service)
		if err != nil {
			return err
		}
		is, err := documents(after, service)
		if err != nil {
			return err
		}
		equal := 0
		for name, doc := range was {
			if reflect.DeepEqual(doc, is[name]) {
				equal++
			} else {
				unequal = append(unequal, service+"/"+name)
			}
		}
		if _, err := fmt.Fprintf(out, "%s: %d, of which %d are equal but for their ids\n", service, len(was), equal); err != nil {
			return err
		}
	}
	slices.Sort(unequal)
	if len(unequal) > 0 {
		return fmt.Errorf("not equal: %s", strings.Join(unequal, ", "))
	}
	return nil
}

// documents returns the files of a service by the names of what they hold.
func documents(name, service string) (map[string]document, error) {
	folder, err := archive.Open(name)
	if err != nil {
		return nil, err
	}
	defer folder.Close() //nolint:errcheck // it was read only
	all, err := archive.Load[document](folder, service)
	if err != nil {
		return nil, err
	}
	byName := map[string]document{}
	for _, doc := range all {
		delete(doc, "overrides")
		reduce(doc)
		resource, _ := doc[strings.TrimSuffix(service, "s")].(document)
		byName[fmt.Sprint(resource["name"])] = doc
	}
	return byName, nil
}

// reduce removes from a value of JSON, at every depth, what differs between equal resources: ids,
// and empty texts, which a server may leave out.
func reduce(value any) {
	switch v := value.(type) {
	case document:
		delete(v, "id")
		for name, each := range v {
			if each == "" {
				delete(v, name)
			}
			reduce(each)
		}
	case []any:
		for _, each := range v {
			reduce(each)
		}
	}
}
