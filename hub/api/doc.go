// Package api is the hub's REST API under /api/v1: submission of appeals and
// files, queries, operators' actions, pushes from systems (/in/{link}), health
// and metrics. Its contract is schemas/hub.v1.openapi.yaml, served at
// /api/v1/openapi.yaml; a test holds server and document to each other.
//
// Errors are problem documents (RFC 9457). Callers name themselves by a bearer
// token, whose name goes on record as the actor.
//
// The package decides nothing: items go through intake, decisions of operators
// to the journal, and what follows is planned and delivered elsewhere. It is no
// web page and serves no HTML.
package api
