// Package problem answers what is refused: documents of RFC 9457. Its functions may be
// called from any goroutine.
package problem

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// A Problem is an error that is answered as it stands: a problem document.
type Problem struct {
	Title  string `json:"title" doc:"The status in words." example:"Unprocessable Entity"`
	Status int    `json:"status" doc:"The HTTP status of this answer." example:"422"`
	Detail string `json:"detail" doc:"What is wrong and what to do about it, in a sentence for people." example:"eps must be 0 or from 1e-12 to 10, not -1"`
	Code   string `json:"code,omitempty" doc:"What is wrong, for programs, where that is known: moving, while another machine takes the run over." example:"moving"`
	Field  string `json:"field,omitempty" doc:"The control, or the member of the body, that is to blame." example:"recipe.steps"`
	Limit  string `json:"limit,omitempty" doc:"The flag of the server that sets the limit which was reached." example:"max-viewers"`
	Row    int    `json:"row,omitempty" doc:"Of a table that is refused: the line of the file that is to blame, counted from 1."`
	Column string `json:"column,omitempty" doc:"Of a table that is refused: the column that is to blame."`

	header http.Header
}

// New returns a problem with a status and a sentence for people.
func New(status int, detail string) *Problem {
	return &Problem{Title: http.StatusText(status), Status: status, Detail: detail}
}

// After is New with the time after which to come again.
func After(wait time.Duration, status int, detail string) *Problem {
	p := New(status, detail)
	p.header = http.Header{"Retry-After": {strconv.Itoa(int(math.Ceil(wait.Seconds())))}}
	return p
}

// OwnerHeader is where an answer of status 421 to another node names the node that has the
// run. It is empty where the other node is to choose again.
const OwnerHeader = "Run-Owner"

// Moving is the code of a problem that ends within seconds: no machine has the run, until
// another one has taken it over.
const Moving = "moving"

// Elsewhere is for a request of another node about what this one does not have.
func Elsewhere(owner, detail string) *Problem {
	p := New(http.StatusMisdirectedRequest, detail)
	p.header = http.Header{OwnerHeader: {owner}}
	return p
}

// ErrLeft is for a client that has left, or whose request breaks off.
var ErrLeft = New(http.StatusBadRequest, "the request was broken off")

// Header returns what the answer has in its header besides what all have.
func (p *Problem) Header() http.Header { return p.header }

// Error returns the detail.
func (p *Problem) Error() string { return p.Detail }

// Answer answers with the problem.
func (p *Problem) Answer(w http.ResponseWriter) {
	for k, v := range p.header {
		w.Header()[k] = v
	}
	AnswerWith(w, p.Status, p)
}

// Answer answers with a problem of a status and a sentence.
func Answer(w http.ResponseWriter, status int, detail string) { New(status, detail).Answer(w) }

// AnswerWith answers with a document that may have more members than a [Problem].
func AnswerWith(w http.ResponseWriter, status int, document any) {
	b, err := json.Marshal(document)
	if err != nil {
		panic("problem: encoding a problem: " + err.Error()) // it is of our own types
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// An error here is the client's leaving.
	_, _ = w.Write(append(b, '\n'))
}

// ErrNotSent is in the error of a write to a client that has left or reads too slowly.
var ErrNotSent = errors.New("the answer was not taken")

// Packed refuses a body that is packed, as a small one could become a huge one. It is nil
// where the body is plain.
func Packed(r *http.Request) *Problem {
	if e := r.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return New(http.StatusUnsupportedMediaType, fmt.Sprintf("the body has the Content-Encoding %.40q; send it as it is", e))
	}
	return nil
}
