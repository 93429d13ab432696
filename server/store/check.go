//go:build !js

package store

import "context"

// Check says why the store cannot be read or written now, or nothing. What was broken and
// is well again it opens again.
func (s *Store) Check(ctx context.Context) error {
	b, err := s.writing(ctx)
	if err == nil {
		_, err = b.work.Info(ctx)
	}
	if err == nil && !s.shared() {
		err = s.server.folder.probe()
	}
	return err
}
