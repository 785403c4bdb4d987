package dispatch_test

import "testing"

// sample sums what the metric counts under the labels given.
func sample(t *testing.T, w *world, name string, labels map[string]string) float64 {
	t.Helper()
	families, err := w.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	total := 0.0
	for _, f := range families {
		for _, m := range f.GetMetric() {
			found := 0
			for _, l := range m.GetLabel() {
				if value, asked := labels[l.GetName()]; asked && value == l.GetValue() {
					found++
				}
			}
			if f.GetName() == name && found == len(labels) {
				total += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	return total
}

// gauge is appealhub_link_up of the target.
func gauge(t *testing.T, w *world) float64 {
	t.Helper()
	return sample(t, w, "appealhub_link_up", map[string]string{"link": target})
}
