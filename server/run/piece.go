package run

// Everything here runs on the goroutine that owns the run.

// pieceLength is how many points a message of history has at most, some 50 KB. It is
// the least that a slow viewer must read at a time to get on, and a viewer's queue
// holds as many as six lanes have in months.
const pieceLength = 256

// pieces are the messages of history that somebody has asked for, but for the last
// one, by the number of their first point, which is a multiple of pieceLength. A hall
// that comes in asks for all of a generation's history some hundred times within seconds,
// and encoding it takes as long as hundreds of steps.
type pieces struct {
	generation uint32
	messages   map[int]Message
}

// piece returns a message of the points from number first on that count as sent, or
// of some of them, and the number of the point that follows.
func (r *loop) piece(first int) (m Message, next int) {
	next = first - first%pieceLength + pieceLength
	if first%pieceLength != 0 || next > r.sent {
		next = min(next, r.sent)
		return r.text(r.history(first, next)), next
	}
	if r.pieces.generation != r.generation {
		r.pieces = pieces{r.generation, map[int]Message{}}
	}
	m, made := r.pieces.messages[first]
	if !made {
		m = r.text(r.history(first, next))
		r.pieces.messages[first] = m
	}
	return m, next
}
