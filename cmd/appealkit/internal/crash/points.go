package crash

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// minPoints is how many points there must be at the least.
const minPoints = 20

// ofBus begins the names of the points that only a hub behind Kafka passes.
const ofBus = "bus."

// failpoints finds the names of the points in the hub's sources that a hub without
// servers passes.
func failpoints(dir string) ([]string, error) {
	call := regexp.MustCompile(`failpoint\.Hit\("([a-z_.]+)"\)`)
	var points []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range call.FindAllSubmatch(source, -1) {
			points = append(points, string(m[1]))
		}
		return err
	})
	slices.Sort(points)
	points = slices.DeleteFunc(slices.Compact(points), func(name string) bool { return strings.HasPrefix(name, ofBus) })
	if err == nil && len(points) < minPoints {
		err = fmt.Errorf("only %d failpoints were found under %s", len(points), dir)
	}
	return points, err
}
