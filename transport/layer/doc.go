// Package layer holds what authors of decorators need beside package transport:
// request bodies that can be sent again ([Replay]), the bounded drain of a
// response that is dropped ([Drain]), and the retry budget that several layers
// may share ([Budget]).
//
// Most programs do not need it: the decorators of this module use it for them.
package layer
