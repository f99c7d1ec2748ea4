// Package kubernetes puts a chain of decorators below the clients of Kubernetes.
//
// For most uses call [Wrap] with the options of tripware.New, before a client is made of the
// configuration:
//
//	err := kubernetes.Wrap(cfg, tripware.WithRetry(retry.WithMaxRetries(3)), tripware.WithLogger(logger))
//	clientset, err := k8s.NewForConfig(cfg)
//
// It works for every client that is made of a rest.Config: typed, dynamic and metadata
// clients, and informers.
//
// # One retry loop
//
// client-go sends a request up to 11 times: again after a 429 or 5xx with a Retry-After
// header, and for a GET after a lost connection. No setting of a rest.Config changes that, so
// with a retry loop of 3 retries below it, a server that is down gets 44 requests. Below
// [Wrap] it gets 4. What the loop has given up on, client-go does not repeat:
//
//   - The Retry-After header of the last response is hidden until the body of the response is
//     read. client-go decides before that, and reads the header again for its error, so that
//     errors.SuggestsClientDelay still returns the time.
//   - The last error after a lost connection has another text, and errors.As does not find
//     its syscall.Errno. errors.Is still matches syscall.ECONNRESET, and errors.As finds
//     everything else.
//
// What the loop does not decide on is still client-go's: with retry.Off, or a status that
// retry.WithCodes does not list, the response passes unchanged.
//
// The loop retries a 5xx with a Retry-After for every method, because client-go does so too.
// retry.WithClassifier replaces this rule, and with nil there is none.
//
// # Streams
//
// A watch, followed logs, exec, attach, port-forward and proxied requests pass the chain
// without retries, without its timeouts and without logs of their bodies, since they may last
// for hours. client-go reconnects a watch as it does without this package. Logs, metrics,
// limits and credentials of the chain apply to them.
//
// # Credentials
//
// The bearer token, the basic authentication and the exec plugin of the configuration are
// above the chain: all attempts of a request have the same credential. Client certificates
// are below it. Logs, metrics and traces of the chain do not show credentials.
//
// # Records
//
// The errors of client-go do not have the response, so open the record of a call with
// transport.Begin and pass its context. If no response came, transport.CallOfError finds the
// record, unless client-go is to see an io.EOF, which it compares.
//
// A client made of a configuration has a chain of its own. To share a budget or a limiter
// between clients, pass the same one (retry.WithBudget, tripware.WithLimiter). The Timeout of
// a rest.Config limits all attempts of a request together; use retry.WithAttemptTimeout and
// retry.WithCallTimeout instead.
package kubernetes
