// Package azcore puts a chain of Tripware's decorators under clients of the Azure SDK,
// which package github.com/Azure/azure-sdk-for-go/sdk/azcore builds.
//
// For most uses call [ClientOptions] and pass its result to the constructor of a client:
//
//	options, err := azcore.ClientOptions(chain)
//	client, err := azblob.NewClient(url, credential, &azblob.ClientOptions{ClientOptions: options})
//
// After a call, transport.CallOf returns its record from the response, which
// policy.WithCaptureResponse stores, and [CallOfError] from the error. A context from
// transport.Begin has one record for everything that a method of a client sends: the pages
// of a list, the probes of a poller, and the second request after a challenge.
//
// # One loop retries
//
// The chain's retry loop replaces azcore's retries, since attempts of two loops multiply. To
// keep azcore's, use [KeepRetries] and a chain without retries, which then limits, logs and
// measures each attempt.
//
// The two differ:
//
//   - azcore retries every method after 408, 429, 500, 502, 503 and 504 and after any error.
//     The chain retries a POST or PATCH only if it is throttled or was not sent, because the
//     service may have processed it. Mark calls that are safe to retry with retry.Safe.
//   - The chain does not retry after 408. retry.WithCodes("408", "429", "500", "502-599") does.
//   - azcore follows a Retry-After of up to 60s, and the chain of up to 30s (see
//     retry.WithMaxHint). Azure Resource Manager often asks for more.
//   - The chain reads Retry-After and Retry-After-Ms. Some services, such as Cosmos DB, send
//     X-Ms-Retry-After-Ms, for which a chain needs [ReadLimit].
//   - The timeout of an attempt is retry.WithAttemptTimeout. The TryTimeout of azcore would
//     apply to all attempts together, and is not used.
//   - policy.WithRetryOptions has no effect on a call. Use retry.WithPolicy.
//
// Policies of azcore are above the chain, so policies for each retry run once for each call:
// azcore logs a call with its final response. The bearer token is added there, and all
// attempts of a call send the same one. After a 401 with a claims challenge azcore fetches
// another token and sends the request through the chain again. Clients without a credential
// of azcore may use one of the chain (auth.New).
//
// Leave the options of credentials (package azidentity) as they are. Most requests for a token
// are POSTs, which the chain would not retry, and those for a managed identity are retried
// after other statuses, such as 404.
//
// azcore's poller sends each probe through the chain, which retries it, and waits between
// probes as long as the service asks.
package azcore
