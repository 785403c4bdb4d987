package sdk

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// text checks a text that may be left out.
func (c *checker) text(name, s string, limit int) {
	if s == "" {
		return
	}
	if strings.IndexByte(s, 0) >= 0 {
		c.fail(name, RuleNUL, "holds U+0000")
	}
	if !utf8.ValidString(s) {
		c.fail(name, RuleInvalidUTF8, "is not valid UTF-8")
	}
	if len(s) > limit && utf8.RuneCountInString(s) > limit {
		c.fail(name, RuleMaxLength, "is longer than "+strconv.Itoa(limit)+" characters")
	}
}

// filled checks a text that must be there.
func (c *checker) filled(name, s string, limit int) {
	if s == "" {
		c.fail(name, RuleRequired, "is missing")
		return
	}
	c.text(name, s, limit)
}

// visible checks a text that must be there and be more than white space.
func (c *checker) visible(name, s string, limit int) {
	c.filled(name, s, limit)
	if s != "" && blank(s) {
		c.fail(name, RuleBlank, "is blank")
	}
}

// code checks a text of a certain form that may be left out.
func (c *checker) code(name, s string, valid func(string) bool, form string) {
	if s != "" && !valid(s) {
		c.fail(name, RulePattern, "is not "+form)
	}
}

func (c *checker) link(name, s string) {
	c.code(name, s, isLink, "a link's name: [a-z][a-z0-9-]*, 64 characters at most")
}

func (c *checker) uuid(name, s string) {
	c.code(name, s, isUUID, "a UUID of 36 characters in lower case")
}

func (c *checker) between(name string, n, least, most int64) {
	if n < least || n > most {
		c.fail(name, RuleRange, "is not "+strconv.FormatInt(least, 10)+" to "+strconv.FormatInt(most, 10))
	}
}

func (c *checker) atMost(name string, n, limit int) {
	if n > limit {
		c.fail(name, RuleMaxItems, "has more than "+strconv.Itoa(limit)+" items")
	}
}

// The years within which a date or a time is one: others are a mistake in the
// unit.
const (
	firstYear = 1900
	lastYear  = 2199
)

// aDay, in seconds, is further from UTC than any zone that RFC 3339 can write.
const aDay = 24 * 60 * 60

func (c *checker) date(name string, d Date) {
	if d.IsZero() {
		return
	}
	if d.Year < firstYear || d.Year > lastYear || DateOf(d.In(time.UTC)) != d {
		c.fail(name, RuleFormat, "is not a date of the years 1900 to 2199")
	}
}

func (c *checker) time(name string, t time.Time) {
	if t.IsZero() {
		return
	}
	if y := t.Year(); y < firstYear || y > lastYear {
		c.fail(name, RuleFormat, "is not a time of the years 1900 to 2199")
	} else if _, east := t.Zone(); east <= -aDay || east >= aDay {
		c.fail(name, RuleFormat, "is a time of a zone a day or more from UTC")
	}
}

// blank reports whether s is white space alone, as Unicode has it.
func blank(s string) bool {
	for _, r := range s {
		if !unicode.IsSpace(r) {
			return false
		}
	}
	return true
}

func isLink(s string) bool {
	if s == "" || len(s) > 64 || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if b := s[i]; (b < 'a' || b > 'z') && (b < '0' || b > '9') && b != '-' {
			return false
		}
	}
	return true
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func isINN(s string) bool   { return (len(s) == 10 || len(s) == 12) && digits(s) }
func isOKATO(s string) bool { return len(s) >= 2 && len(s) <= 11 && digits(s) }
func isOKTMO(s string) bool { return (len(s) == 8 || len(s) == 11) && digits(s) }

// isClassifier takes 0005.0005.0056.1156 with an optional fifth group.
func isClassifier(s string) bool {
	if len(s) != 19 && len(s) != 24 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if dot := i%5 == 4; dot != (s[i] == '.') || !dot && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return true
}

func lowerHex(b byte) bool { return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' }

func isSHA256(s string) bool {
	for i := 0; i < len(s); i++ {
		if !lowerHex(s[i]) {
			return false
		}
	}
	return len(s) == 64
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (s[i] == '-') || !dash && !lowerHex(s[i]) {
			return false
		}
	}
	return true
}

// isFIAS takes a UUID in either case: registers write both.
func isFIAS(s string) bool { return isUUID(s) || isUUID(strings.ToLower(s)) }

// ValidMediaType reports whether s is type/subtype of RFC 6838, without
// parameters.
func ValidMediaType(s string) bool {
	major, minor, ok := strings.Cut(s, "/")
	return ok && isMediaName(major) && isMediaName(minor)
}

func isMediaName(s string) bool {
	for i := 0; i < len(s); i++ {
		b := s[i]
		letter := b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
		if !letter && strings.IndexByte("!#$&^_.+-", b) < 0 {
			return false
		}
	}
	return s != "" && len(s) <= 127
}

// isFileName refuses a path, names of folders and control characters. What
// matters to a file system is in ASCII, so bytes will do.
func isFileName(s string) bool {
	for i := 0; i < len(s); i++ {
		if b := s[i]; b < ' ' || b == 0x7f || b == '/' || b == '\\' {
			return false
		}
	}
	return s != "." && s != ".."
}
