// Package layer helps to write decorators. Programs that only use decorators do not need
// it.
//
// For most decorators embed a [Link], copy the request with [Copy], send it with
// [Link.Send], and call [Restore] on the response. To fail without sending, call [Refuse].
//
// [Put] and [AddWait] write to the record of a call. [Detach] returns a context without
// the record, for requests that the layer makes itself. A layer that retries also needs
// [Replay] to send the request body again, [Drain] to drop a response, [Clock] for the
// timeout of an attempt, and perhaps a [Budget], which several layers may share.
package layer
