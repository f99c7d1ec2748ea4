package deployment

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// A ReleaseKind is where the code of a [Release] lies. The set is open.
type ReleaseKind string

// KindBitbucketCloud is the only kind that has a constructor: [BitbucketCloud].
const KindBitbucketCloud ReleaseKind = "bbc"

// A Workspace is a workspace of Bitbucket Cloud. [WorkspaceByName] and
// [WorkspaceByUUID] make one. Workspaces can be compared.
type Workspace struct {
	identifier string
	kind       string
}

// WorkspaceByName returns the workspace with a name.
func WorkspaceByName(name string) Workspace { return Workspace{identifier: name, kind: "name"} }

// WorkspaceByUUID returns the workspace with a UUID.
func WorkspaceByUUID(uuid string) Workspace { return Workspace{identifier: uuid, kind: "bbcUuid"} }

// Identifier returns the workspace's name or UUID.
func (w Workspace) Identifier() string { return w.identifier }

// A Release is what a deployment brought: a commit of a repository.
// [BitbucketCloud] makes one; the zero value is none and cannot be sent. What a
// server sends of a kind that is unknown here, or with a part missing, is kept,
// and sent back unchanged. Releases can be compared.
type Release struct {
	kind       ReleaseKind
	workspace  Workspace
	repository string
	commit     string
	raw        string // of an unknown kind or with a part missing, as the server sent it
}

// BitbucketCloud returns the release that is a commit, by its hash, of a
// repository, by its slug, in a workspace of Bitbucket Cloud.
func BitbucketCloud(workspace Workspace, repository, commit string) Release {
	return Release{kind: KindBitbucketCloud, workspace: workspace, repository: repository, commit: commit}
}

// Kind returns where the code lies.
func (r Release) Kind() ReleaseKind { return r.kind }

// Workspace returns the workspace; zero of an unknown kind.
func (r Release) Workspace() Workspace { return r.workspace }

// Repository returns the slug of the repository; empty of an unknown kind.
func (r Release) Repository() string { return r.repository }

// Commit returns the hash of the commit; empty of an unknown kind.
func (r Release) Commit() string { return r.commit }

// IsZero reports whether r lacks what must be sent.
func (r Release) IsZero() bool {
	return r.raw == "" && (r.workspace.identifier == "" || r.repository == "" || r.commit == "")
}

// releaseWire is a release of Bitbucket Cloud as it is sent.
type releaseWire struct {
	Type       ReleaseKind    `json:"type"`
	Repository repositoryWire `json:"repository"`
	Commit     struct {
		SHA string `json:"sha"`
	} `json:"commit"`
}

type repositoryWire struct {
	Workspace struct {
		Identifier string `json:"identifier"`
		Type       string `json:"type,omitzero"`
	} `json:"workspace"`
	Slug string `json:"repoSlug"`
}

// MarshalJSON writes type, repository and commit. A release that lacks them is
// an error.
func (r Release) MarshalJSON() ([]byte, error) {
	switch {
	case r.raw != "":
		return []byte(r.raw), nil
	case r.IsZero():
		return nil, errors.New("deployment: write release: it lacks its repository or commit")
	}
	w := releaseWire{Type: r.kind}
	w.Repository.Workspace.Identifier, w.Repository.Workspace.Type = r.workspace.identifier, r.workspace.kind
	w.Repository.Slug, w.Commit.SHA = r.repository, r.commit
	return json.Marshal(w)
}

// UnmarshalJSON reads a release of any kind.
func (r *Release) UnmarshalJSON(raw []byte) error {
	*r = Release{}
	if bytes.Equal(raw, []byte("null")) {
		return nil
	}
	var w releaseWire
	err := json.Unmarshal(raw, &w)
	if w.Type != KindBitbucketCloud {
		*r = Release{kind: w.Type, raw: string(raw)}
		return nil
	}
	if err != nil {
		return fmt.Errorf("deployment: read release: %w", err)
	}
	workspace := Workspace{identifier: w.Repository.Workspace.Identifier, kind: w.Repository.Workspace.Type}
	*r = Release{kind: w.Type, workspace: workspace, repository: w.Repository.Slug, commit: w.Commit.SHA}
	if r.IsZero() { // a part is missing; it is the server's all the same
		r.raw = string(raw)
	}
	return nil
}
