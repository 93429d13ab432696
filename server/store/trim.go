//go:build !js

package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// FullError says that a bound of the store is passed, and that what could go has gone.
type FullError struct {
	Bound string // "runs" or "bytes"
	Have  int64
	Most  int64
}

func (e *FullError) Error() string {
	return fmt.Sprintf("the store has %d %s, and may have %d: delete runs, or allow more", e.Have, e.Bound, e.Most)
}

// Trim lets runs go, those first that were touched longest ago, until the store is
// within its bounds, and gives those that went. Runs that are open stay, and go not even
// by age. *FullError where that was not enough. Open, Create and Rest do it, too.
func (s *Store) Trim(ctx context.Context) (gone []Meta, err error) { return s.trim(ctx, 0) }

// trim makes room for so many more runs.
func (s *Store) trim(ctx context.Context, more int) (gone []Meta, err error) {
	if !s.shared() {
		_ = s.server.folder.stock() // if it was spent, and there is room again
		return s.trimHeld(ctx, more)
	}
	// Others can be full at the same time: one of them makes room.
	if !s.passes(more) {
		return nil, nil
	}
	release, ok := s.hold(ctx, tidying)
	if !ok {
		return nil, nil
	}
	defer release()
	return s.trimHeld(ctx, more)
}

// passes says whether the store has more than it may, with so many runs more.
func (s *Store) passes(more int) bool {
	list := s.List()
	bytes := int64(0)
	for _, m := range list {
		bytes += m.Bytes
	}
	return s.config.MaxRuns > 0 && len(list)+more > s.config.MaxRuns || s.config.MaxBytes > 0 && bytes > s.config.MaxBytes
}

// trimHeld is trim of whoever may tidy.
func (s *Store) trimHeld(ctx context.Context, more int) (gone []Meta, err error) {
	if s.config.MaxRuns <= 0 && s.config.MaxBytes <= 0 && s.config.Keep <= 0 {
		return nil, nil
	}
	list := s.List()
	count, bytes := len(list)+more, int64(0)
	for _, m := range list {
		bytes += m.Bytes
	}
	// Those that were training when the program ended go last.
	slices.Reverse(list)
	slices.SortStableFunc(list, func(a, b Meta) int {
		switch {
		case a.Training == b.Training:
			return 0
		case a.Training:
			return 1
		}
		return -1
	})
	tooMany := func() bool { return s.config.MaxRuns > 0 && count > s.config.MaxRuns }
	tooMuch := func() bool { return s.config.MaxBytes > 0 && bytes > s.config.MaxBytes }
	for _, m := range list {
		old := s.config.Keep > 0 && time.Since(m.Touched) > s.config.Keep
		if !old && !tooMany() && !tooMuch() || s.isOpen(m.ID) {
			continue
		}
		went := false
		err := s.alone(ctx, m.ID, func() error {
			went = true
			return s.Discard(ctx, m.ID)
		})
		if err != nil && !errors.Is(err, ErrNotFound) {
			return gone, err
		}
		if !went { // another process has it open
			continue
		}
		gone = append(gone, m)
		count--
		bytes -= m.Bytes
	}
	if len(gone) > 0 {
		s.log.Info("stored runs went, as the store's bounds say", "runs", len(gone))
	}
	switch {
	case tooMany():
		return gone, &FullError{"runs", int64(count - more), int64(s.config.MaxRuns)}
	case tooMuch():
		return gone, &FullError{"bytes", bytes, s.config.MaxBytes}
	}
	return gone, nil
}

func (s *Store) isOpen(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logs[id] != nil
}

// joinSome joins the first few of a list.
func joinSome(list []string) string {
	const few = 20
	if len(list) <= few {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:few], ", "), len(list)-few)
}
