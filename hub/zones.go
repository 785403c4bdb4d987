package hub

import "time"

// zones are time zones by name, each read and held once: time.LoadLocation reads the
// zone's file, and keeps all of its changes, for every call.
type zones map[string]*time.Location

// load returns the zone with the name; the error is time.LoadLocation's.
func (z zones) load(name string) (*time.Location, error) {
	if known := z[name]; known != nil {
		return known, nil
	}
	zone, err := time.LoadLocation(name)
	if err == nil {
		z[name] = zone
	}
	return zone, err
}
