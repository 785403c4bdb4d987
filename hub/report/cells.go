package report

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/appealhub/appealhub/sdk"
)

// The most that a cell may hold, in characters.
const (
	maxNumber = 64
	maxWord   = 200
)

// number reads a number of an appeal: digits as a rule, which a spreadsheet may
// have as a number in floating point.
func number(into *string, cell string, needed bool) error {
	if f, err := strconv.ParseFloat(cell, 64); err == nil && strings.ContainsAny(cell, ".eE") && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		cell = strconv.FormatFloat(f, 'f', -1, 64)
	}
	switch {
	case cell == "" && needed:
		return errors.New("is blank")
	case utf8.RuneCountInString(cell) > maxNumber || strings.ContainsAny(cell, "\x00\r\n"):
		return errors.New("is no number of an appeal")
	}
	*into = cell
	return nil
}

func word(into *string, cell string) error {
	if utf8.RuneCountInString(cell) > maxWord {
		return errors.New("is too long")
	}
	*into = strings.Join(strings.Fields(cell), " ")
	return nil
}

// date reads dd.mm.yyyy, with or without a time of the day behind it, or the number
// that a spreadsheet keeps a date as.
func date(into *sdk.Date, cell string) error {
	if cell == "" {
		return nil
	}
	day, _, _ := strings.Cut(cell, " ")
	if t, err := time.Parse("02.01.2006", day); err == nil {
		*into = sdk.DateOf(t)
		return nil
	}
	if days, err := strconv.ParseFloat(cell, 64); err == nil && days >= firstSerial && days < lastSerial {
		*into = sdk.Date{Year: 1899, Month: time.December, Day: 30}.AddDays(int(days))
		return nil
	}
	return errors.New("is no date such as 06.01.2026")
}

// The days that a spreadsheet's number may stand for: 1 January 2000 to 2099. Other
// numbers are mistakes.
const (
	firstSerial = 36526
	lastSerial  = 73051
)

func flag(into *Flag, cell string) error {
	switch canonical(cell) {
	case "":
	case "да":
		*into = Yes
	case "нет":
		*into = No
	default:
		return errors.New("is neither Да nor Нет")
	}
	return nil
}
