package report

// Figures are what is counted of a group of appeals. Every count is one of
// appeals. A share or a mean is nil where there is nothing to divide by.
type Figures struct {
	Received    int      `json:"received"`
	Open        int      `json:"open"`     // in no final status
	Answered    int      `json:"answered"` // on the merits; as it stands, or before a repeated consideration
	InTime      int      `json:"in_time"`  // answered no later than the last day of the term of the answer
	Overdue     int      `json:"overdue"`  // the term of the answer is past and open, or ended late
	ShareInTime *float64 `json:"share_in_time,omitzero"`
	MeanDays    *float64 `json:"mean_days,omitzero"`   // from receipt to the first answer, where its moment is known
	MedianDays  *float64 `json:"median_days,omitzero"` // of the same

	Extended  int `json:"extended"`
	Forwarded int `json:"forwarded"`
	Refused   int `json:"refused"` // not taken, or left without an answer
	Interim   int `json:"interim"` // with an interim answer

	Reworked      int `json:"reworked"` // with a request for repeated consideration
	ReworkInTime  int `json:"rework_in_time"`
	ReworkOverdue int `json:"rework_overdue"`

	Ratings    [5]int   `json:"ratings"` // by the applicant's last mark, 1 first
	MeanRating *float64 `json:"mean_rating,omitzero"`

	FastTrack            int      `json:"fast_track"`
	FastTrackInTime      int      `json:"fast_track_in_time"`
	FastTrackOverdue     int      `json:"fast_track_overdue"`
	FastTrackShareInTime *float64 `json:"fast_track_share_in_time,omitzero"`

	days spread
}

// add counts an appeal.
func (f *Figures) add(s *standing) {
	r := &s.record
	for _, c := range []struct {
		is  bool
		sum *int
	}{
		{true, &f.Received}, {!s.Status.Final(), &f.Open}, {s.answered, &f.Answered},
		{s.answer == inTime, &f.InTime}, {s.answer == overdue, &f.Overdue},
		{len(r.Extensions) > 0, &f.Extended}, {!r.Forwarded.IsZero(), &f.Forwarded}, {r.Refused, &f.Refused}, {r.Interim > 0, &f.Interim},
		{s.reworked(), &f.Reworked}, {s.rework == inTime, &f.ReworkInTime}, {s.rework == overdue, &f.ReworkOverdue},
		{s.FastTrack, &f.FastTrack}, {s.FastTrack && s.answer == inTime, &f.FastTrackInTime}, {s.FastTrack && s.answer == overdue, &f.FastTrackOverdue},
	} {
		if c.is {
			*c.sum++
		}
	}
	if r.Rating >= 1 && r.Rating <= len(f.Ratings) {
		f.Ratings[r.Rating-1]++
	}
	if s.days >= 0 {
		if f.days == nil {
			f.days = spread{}
		}
		f.days[s.days]++
	}
}

// finish works out the shares and means.
func (f *Figures) finish() {
	f.ShareInTime = ratio(f.InTime, f.InTime+f.Overdue)
	f.FastTrackShareInTime = ratio(f.FastTrackInTime, f.FastTrackInTime+f.FastTrackOverdue)
	f.MeanDays, f.MedianDays = f.days.mean(), f.days.median()
	marks := spread{}
	for i, n := range f.Ratings {
		if n > 0 {
			marks[i+1] = n
		}
	}
	f.MeanRating = marks.mean()
}
