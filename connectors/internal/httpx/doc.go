// Package httpx is what REST connectors share: sending a request, turning a
// refusal into an error of the right kind, reading a bounded answer, telling the
// length of what is sent, and reading a file's name from a Content-Disposition
// header.
//
// It is not an HTTP client of its own: time-outs, certificates, proxies and the
// redirect policy belong to the client that the hub hands to a connector. It
// never retries and never prints an address, a query or a body.
package httpx
