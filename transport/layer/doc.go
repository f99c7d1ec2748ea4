// Package layer holds what authors of decorators need beside package transport.
// For most decorators embed a [Link], copy the request by [Copy], and call
// [Link.Send] and [Restore]; a layer that does not send returns [Refuse].
//
// [Put] and [AddWait] write to the record of a call, and [Detach] leaves it, for
// requests of the layer's own. A layer that repeats attempts also needs request
// bodies that can be sent again ([Replay]), the bounded drain of a response that is
// dropped ([Drain]), the clock of an attempt ([Clock]), and the retry budget that
// several layers may share ([Budget]).
//
// Most programs do not need this package: the decorators of this module use it for
// them.
package layer
