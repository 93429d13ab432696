package engine

import "math/rand/v2"

// An undo is what the trainer was before the step under way, as far as a step that
// is only tried changes it.
type undo struct {
	next     int
	shuffled bool // the rows, whose order and generator these were
	rows     []int
	order    rand.PCG
	ended    bool // the warm-up, when the head's biases were these
	biases   []float32
}

// begin notes what is cheap to note; what a step seldom changes it notes when it
// does.
func (u *undo) begin(t *Trainer) { u.next, u.shuffled, u.ended = t.next, false, false }

func (u *undo) beforeShuffle(t *Trainer) {
	u.shuffled = true
	u.rows, u.order = append(u.rows[:0], t.rows...), *t.order
}

func (u *undo) beforeEnd(biases []float32) {
	u.ended = true
	u.biases = append(u.biases[:0], biases...)
}

// abandon has the trainer be what it was before the step that was tried last.
func (t *Trainer) abandon() {
	u := &t.undo
	t.next = u.next
	if u.shuffled {
		copy(t.rows, u.rows)
		*t.order = u.order
	}
	if u.ended {
		t.warming = true
		copy(t.net.tensor("var.bias"), u.biases)
	}
}
