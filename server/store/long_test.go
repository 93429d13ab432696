//go:build long

package store

import "testing"

func TestLongKilledAtRandomInstants(t *testing.T) { killed(t, 200) }

func TestLongDamagedFiles(t *testing.T) { damaged(t, 400) }
