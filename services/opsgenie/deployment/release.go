package deployment

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"

	"github.com/tripware/tripware/services"
)

// A ReleaseKind is the kind of repository that a [Release] comes from. Other values are possible.
type ReleaseKind string

// KindBitbucketCloud is the only kind that has a constructor: [BitbucketCloud].
const KindBitbucketCloud ReleaseKind = "bbc"

// A Workspace is a workspace of Bitbucket Cloud. [WorkspaceByName] and [WorkspaceByUUID] make one.
// Workspaces can be compared.
type Workspace struct {
	identifier string
	kind       string
}

// WorkspaceByName returns the workspace with a name.
func WorkspaceByName(name string) Workspace { return Workspace{identifier: name, kind: "name"} }

// WorkspaceByUUID returns the workspace with a UUID.
func WorkspaceByUUID(uuid string) Workspace { return Workspace{identifier: uuid, kind: "bbcUuid"} }

// Identifier returns the name or the UUID of the workspace.
func (w Workspace) Identifier() string { return w.identifier }

// A Release is what was deployed: a commit of a repository. [BitbucketCloud] returns one; the zero
// value is refused. A release that was read is sent back as it came, also if it is of an unknown
// kind, lacks a member or has further ones. Releases can be compared.
type Release struct {
	kind       ReleaseKind
	workspace  Workspace
	repository string
	commit     string
	raw        string // as the server sent it, if the fields above do not say all
}

// BitbucketCloud returns the release of a commit, given by its hash, of a repository in a workspace
// of Bitbucket Cloud, given by its slug.
func BitbucketCloud(workspace Workspace, repository, commit string) Release {
	return Release{kind: KindBitbucketCloud, workspace: workspace, repository: repository, commit: commit}
}

// Kind returns the kind of the repository.
func (r Release) Kind() ReleaseKind { return r.kind }

// Workspace returns the workspace of the repository; zero if the release has none.
func (r Release) Workspace() Workspace { return r.workspace }

// Repository returns the slug of the repository; empty if the release has none.
func (r Release) Repository() string { return r.repository }

// Commit returns the hash of the commit; empty if the release has none.
func (r Release) Commit() string { return r.commit }

// IsZero reports whether r lacks what must be sent.
func (r Release) IsZero() bool {
	return r.raw == "" && (r.workspace.identifier == "" || r.repository == "" || r.commit == "")
}

// releaseObject is a release as JSON.
type releaseObject struct {
	services.Other

	Type       ReleaseKind `json:"type"`
	Repository struct {
		Workspace struct {
			Identifier string `json:"identifier"`
			Type       string `json:"type,omitzero"`
		} `json:"workspace"`
		Slug string `json:"repoSlug"`
	} `json:"repository"`
	Commit struct {
		SHA string `json:"sha"`
	} `json:"commit"`
}

// MarshalJSON writes type, repository and commit, or the release as it came. A release that lacks
// its repository or commit is an error.
func (r Release) MarshalJSON() ([]byte, error) {
	switch {
	case r.raw != "":
		return []byte(r.raw), nil
	case r.IsZero():
		return nil, errors.New("deployment: write release: it lacks its repository or commit")
	}
	o := releaseObject{Type: r.kind}
	o.Repository.Workspace.Identifier, o.Repository.Workspace.Type = r.workspace.identifier, r.workspace.kind
	o.Repository.Slug, o.Commit.SHA = r.repository, r.commit
	return json.Marshal(o)
}

// UnmarshalJSON reads a release of any kind and form.
func (r *Release) UnmarshalJSON(raw []byte) error {
	*r = Release{}
	if bytes.Equal(raw, []byte("null")) {
		return nil
	}
	var o releaseObject
	if err := services.UnmarshalObject(raw, &o); err != nil {
		return err
	}
	workspace := Workspace{identifier: o.Repository.Workspace.Identifier, kind: o.Repository.Workspace.Type}
	*r = Release{kind: o.Type, workspace: workspace, repository: o.Repository.Slug, commit: o.Commit.SHA}
	if r.IsZero() || !reflect.ValueOf(o.Other).IsZero() {
		r.raw = string(raw)
	}
	return nil
}

// Mismatches returns the members whose values are not of the expected type.
func (r Release) Mismatches() []services.Mismatch {
	var o releaseObject
	if r.raw == "" || services.UnmarshalObject([]byte(r.raw), &o) != nil {
		return nil
	}
	return o.Mismatches()
}
