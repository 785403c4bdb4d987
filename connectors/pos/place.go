package pos

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/appealhub/appealhub/sdk"
)

// place maps where the matter is. A code that is not of its register's form
// stays as a field of its own, so that it neither passes for a code nor is lost.
func place(it item) (sdk.Place, []sdk.Field) {
	var fields []sdk.Field
	keep := func(name string, value text) {
		if value != "" {
			fields = append(fields, sdk.Field{Name: name, Value: string(value)})
		}
	}
	coded := func(name string, value text, form *regexp.Regexp) string {
		if form.MatchString(string(value)) {
			return string(value)
		}
		keep(name, value)
		return ""
	}
	keep("regionId", it.RegionID)
	l := it.LocationAddress
	if l == nil {
		l = &locationAddress{}
	}
	p := sdk.Place{
		PostalCode: string(l.PostalCode),
		Country:    string(l.Country),
		Region:     first(l.RegionWithType, l.Region, it.RegionName),
		Area:       first(l.AreaWithType, l.Area),
		City:       first(l.CityWithType, l.City),
		Settlement: first(l.SettlementWithType, l.Settlement),
		Street:     first(l.StreetWithType, l.Street),
		House:      string(l.House),
		Block:      string(l.Block),
		Flat:       string(l.Flat),
		FIAS:       coded("locationAddress.fiasId", l.FiasID, uuidForm),
		RegionFIAS: coded("locationAddress.regionFiasId", l.RegionFiasID, uuidForm),
		OKATO:      coded("locationAddress.okato", l.Okato, okatoForm),
		OKTMO:      coded("locationAddress.oktmo", l.Oktmo, oktmoForm),
	}
	if p.Point = coordinates(it.Coordinates); p.Point == nil {
		p.Point = point(string(l.GeoLat), string(l.GeoLon))
	}
	return p, fields
}

var (
	uuidForm  = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	okatoForm = regexp.MustCompile(`^[0-9]{2,11}$`)
	oktmoForm = regexp.MustCompile(`^([0-9]{8}|[0-9]{11})$`)
)

func first(all ...text) string {
	for _, t := range all {
		if t != "" {
			return string(t)
		}
	}
	return ""
}

// coordinates reads the member of that name, whose shape is not documented:
// {"lat","lon"}, {"latitude","longitude"}, "lat,lon" or an array of the two. Any
// other shape is no point.
func coordinates(raw []byte) *sdk.Coordinates {
	var object struct {
		Lat       text `json:"lat"`
		Lon       text `json:"lon"`
		Latitude  text `json:"latitude"`
		Longitude text `json:"longitude"`
	}
	var pair []text
	var line string
	switch {
	case len(raw) == 0:
		return nil
	case json.Unmarshal(raw, &line) == nil:
		lat, lon, _ := strings.Cut(line, ",")
		return point(lat, lon)
	case json.Unmarshal(raw, &pair) == nil && len(pair) == 2:
		return point(string(pair[0]), string(pair[1]))
	case json.Unmarshal(raw, &object) == nil:
		return point(first(object.Lat, object.Latitude), first(object.Lon, object.Longitude))
	}
	return nil
}

// point returns nil for anything that is not a place on earth.
func point(lat, lon string) *sdk.Coordinates {
	y, err := strconv.ParseFloat(strings.TrimSpace(lat), 64)
	if err != nil || math.IsNaN(y) || math.Abs(y) > 90 {
		return nil
	}
	x, err := strconv.ParseFloat(strings.TrimSpace(lon), 64)
	if err != nil || math.IsNaN(x) || math.Abs(x) > 180 {
		return nil
	}
	return &sdk.Coordinates{Lat: y, Lon: x}
}
