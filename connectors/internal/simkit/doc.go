// Package simkit is what the simulators share: a clock that can be advanced, a
// timetable for scripted people, faults on demand, a bounded log of requests,
// randomness by seed, and the control endpoints under /_sim.
//
// It knows no system's protocol and no hub: a simulator mounts its own wire and
// its own control endpoints in a [Kit]. It is not for use outside of tests,
// demos and load runs; it checks no credentials on its control endpoints.
package simkit
