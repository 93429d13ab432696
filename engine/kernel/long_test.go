//go:build long

package kernel

import "testing"

func TestLongErrorsAreAsStated(t *testing.T) { errorsAreAsStated(t, 101) }
