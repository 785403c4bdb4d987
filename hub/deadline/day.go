package deadline

import (
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// day counts days from 1 January 1970, so that terms are sums.
type day int

const secondsOfDay = 24 * 60 * 60

func dayOf(d sdk.Date) day { return day(d.In(time.UTC).Unix() / secondsOfDay) }

func (d day) date() sdk.Date { return sdk.DateOf(time.Unix(int64(d)*secondsOfDay, 0).UTC()) }

// weekday of 1 January 1970 is Thursday.
func (d day) weekday() time.Weekday { return time.Weekday(((int(d)+int(time.Thursday))%7 + 7) % 7) }

func (d day) weekend() bool { return d.weekday() == time.Saturday || d.weekday() == time.Sunday }

// yearStart is 1 January of the year.
func yearStart(year int) day { return dayOf(sdk.Date{Year: year, Month: time.January, Day: 1}) }
