package registry

import (
	"fmt"
	"io/fs"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/lesson"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/rows"
)

// Lessons returns the lessons that the program has and those of a folder, or
// only the former without one. An error says which file and which member is wrong,
// and why; that lessons of the folder can be run within the limits is tried.
func Lessons(own fs.FS, limits access.Limits) ([]lesson.Lesson, error) {
	if own == nil {
		return lesson.Read(lane.Table(), lesson.Files())
	}
	theirs, err := lesson.Read(lane.Table(), own)
	if err != nil {
		return nil, err
	}
	for _, l := range theirs {
		if _, err := run.New(l.Slug, l.Spec(), Options(limits.OrDefaults())); err != nil {
			return nil, fmt.Errorf("lesson %s: its run cannot begin: %w", l.Slug, err)
		}
	}
	all, err := lesson.Read(lane.Table(), lesson.Files(), own)
	if err != nil {
		return nil, err
	}
	for i := range all {
		l := &all[i]
		if l.Data, _, err = rows.Kept(l.Data, Options(limits.OrDefaults()).Table); err != nil {
			return nil, fmt.Errorf("lesson %s: %w", l.Slug, err)
		}
	}
	return all, nil
}
