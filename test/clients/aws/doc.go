// Package aws holds the clients of S3 and STS of the AWS SDK for Go v2, and tests that a
// server which verifies their signatures accepts every attempt of a chain.
package aws
