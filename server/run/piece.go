package run

// Everything here runs on the goroutine that owns the run.

// A piece is a stretch of history that begins at a multiple of its length. Long ones
// are as much as clients like to read at once.
const (
	longPiece  = 2048 // points
	shortPiece = 256
)

// pieces are the messages of the pieces that somebody has asked for. A hall that
// comes in asks for all of an epoch's history some hundred times within seconds, and
// encoding it takes as long as hundreds of steps.
type pieces struct {
	epoch    uint32
	messages map[piece]Message
}

type piece struct{ first, length int }

// piece returns a message of the points from number first on that count as sent, or
// of some of them, and the number of the point that follows.
func (r *Run) piece(first int) (m Message, next int) {
	length := shortPiece
	if first%longPiece == 0 && first+longPiece <= r.sent {
		length = longPiece
	}
	next = first - first%length + length
	if first%length != 0 || next > r.sent {
		// Up to where a piece begins, or to the end.
		next = min(next, r.sent)
		return r.text(r.history(first, next)), next
	}
	if r.pieces.epoch != r.epoch {
		r.pieces = pieces{r.epoch, map[piece]Message{}}
	}
	p := piece{first, length}
	m, made := r.pieces.messages[p]
	if !made {
		m = r.text(r.history(first, next))
		r.pieces.messages[p] = m
	}
	return m, next
}
