package web

import "errors"

// ErrNotBuilt is what there is instead of what is built with the page.
var ErrNotBuilt = errors.New("the report's script is not built into this program; run make web, and build the program again")
