package document

import "strings"

// strictTime reports whether s, which package time has read as RFC 3339, is so
// to the letter: package time also takes an hour of one digit, a comma before
// the fraction, and offsets that no clock shows.
func strictTime(s string) bool {
	const clock = len("2006-01-02T15:04:05")
	if len(s) <= clock || s[clock-3] != ':' || s[clock] == ',' {
		return false
	}
	if s[len(s)-1] == 'Z' {
		return true
	}
	offset := s[max(0, len(s)-len("15:04")):]
	return offset[:2] < "24" && offset[3:] < "60"
}

// integral reports whether a JSON number is whole, to its last digit, as a
// float64 can't tell.
func integral(number string) bool {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(number), "e")
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(mantissa, "-"), ".")
	fraction = strings.TrimRight(fraction, "0")
	if strings.Trim(whole+fraction, "0") == "" {
		return true
	}
	shift, negative := 0, strings.HasPrefix(exponent, "-")
	for _, digit := range strings.TrimLeft(exponent, "+-") {
		shift = min(shift*10+int(digit-'0'), 1<<20)
	}
	if negative {
		digits := whole + fraction
		zeros := len(digits) - len(strings.TrimRight(digits, "0"))
		return zeros-len(fraction) >= shift
	}
	return len(fraction) <= shift
}
