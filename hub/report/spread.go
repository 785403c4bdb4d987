package report

import (
	"maps"
	"math"
	"slices"
)

// spread counts whole numbers, so that their mean and median need no list of
// them: its memory grows with the different numbers only.
type spread map[int]int

// mean is of all numbers; nil of none.
func (s spread) mean() *float64 {
	sum, n := 0, 0
	for value, times := range s {
		sum += value * times
		n += times
	}
	return ratio(sum, n)
}

// median is the number in the middle, or the mean of the two that are there; nil
// of none.
func (s spread) median() *float64 {
	n := 0
	for _, times := range s {
		n += times
	}
	if n == 0 {
		return nil
	}
	return ratio(s.at((n-1)/2)+s.at(n/2), 2)
}

// at is the number at a place, counted from 0, of all in order.
func (s spread) at(place int) int {
	for _, value := range slices.Sorted(maps.Keys(s)) {
		if place -= s[value]; place < 0 {
			return value
		}
	}
	return 0
}

// ratio is part by whole, to the fourth decimal; nil where whole is nothing.
func ratio(part, whole int) *float64 {
	if whole == 0 {
		return nil
	}
	r := math.Round(float64(part)/float64(whole)*1e4) / 1e4
	return &r
}
