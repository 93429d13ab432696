package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// A vec is eight float32s.
type vec = VecVirtual

// A place is where a vector of a slice lies, whole or, with a mask, in part.
type place struct {
	at   Mem
	mask Op
}

func (p place) load() vec {
	v := YMM()
	if p.mask == nil {
		VMOVUPS(p.at, v)
	} else {
		VMASKMOVPS(p.at, p.mask, v)
	}
	return v
}

func (p place) store(v vec) {
	if p.mask == nil {
		VMOVUPS(v, p.at)
	} else {
		VMASKMOVPS(v, p.mask, p.at)
	}
}

// walk runs body on all vectors of the named slices, as many as the one named
// length has elements. The last of them may be a part of a vector: what lies
// beyond is read as 0 and not written, so that every element is computed in one
// way wherever it stands.
func walk(length string, names []string, body func([]place)) {
	n := Load(Param(length).Len(), GP64())
	var pointers []Register
	for _, name := range names {
		pointers = append(pointers, Load(Param(name).Base(), GP64()))
	}
	places := func(mask Op) []place {
		var list []place
		for _, p := range pointers {
			list = append(list, place{Mem{Base: p}, mask})
		}
		return list
	}
	SUBQ(Imm(8), n)
	JLT(LabelRef("rest"))

	Label("loop")
	body(places(nil))
	for _, p := range pointers {
		ADDQ(Imm(32), p)
	}
	SUBQ(Imm(8), n)
	JGE(LabelRef("loop"))

	Label("rest")
	// n is the number of elements left less 8: minus the number of lanes to leave.
	CMPQ(n, I8(-8))
	JEQ(LabelRef("done"))
	masks, mask := GP64(), YMM()
	LEAQ(tailMasks(), masks)
	NEGQ(n)
	VMOVUPS(Mem{Base: masks, Index: n, Scale: 4}, mask)
	body(places(mask))

	Label("done")
	VZEROUPPER()
}

// Constants are declared once each, and named by their bits.
var constants = map[string]Mem{}

func declare(name string, words []uint32) Mem {
	if _, ok := constants[name]; !ok {
		m := GLOBL(name, RODATA|NOPTR)
		for i, w := range words {
			DATA(4*i, U32(w))
		}
		constants[name] = m
	}
	return constants[name]
}

// tailMasks are eight lanes set and eight that are not.
func tailMasks() Mem {
	words := make([]uint32, 16)
	for i := range 8 {
		words[i] = 1<<32 - 1
	}
	return declare("tailMasks", words)
}

// word returns a vector of equal lanes in memory.
func word(w uint32) Mem {
	return declare(fmt.Sprintf("all%08x", w), []uint32{w, w, w, w, w, w, w, w})
}

// number returns a vector of the float32 nearest to v.
func number(v float64) Mem { return word(bits(v)) }

// load returns a vector in a register.
func load(from Op) vec {
	v := YMM()
	VMOVAPS(from, v)
	return v
}

// Each of the following makes a vector of its own. Where one argument may be in
// memory it is an Op.

func sum(a Op, b vec) vec {
	v := YMM()
	VADDPS(a, b, v)
	return v
}

func difference(a vec, b Op) vec {
	v := YMM()
	VSUBPS(b, a, v)
	return v
}

func product(a Op, b vec) vec {
	v := YMM()
	VMULPS(a, b, v)
	return v
}

func quotient(a vec, b Op) vec {
	v := YMM()
	VDIVPS(b, a, v)
	return v
}

func both(a Op, b vec) vec {
	v := YMM()
	VANDPS(a, b, v)
	return v
}

func either(a Op, b vec) vec {
	v := YMM()
	VORPS(a, b, v)
	return v
}

// least is the lesser of x and limit, most the greater; a NaN x stays.
func least(x vec, limit float64) vec {
	v := YMM()
	VMINPS(x, load(number(limit)), v)
	return v
}

func most(x vec, limit float64) vec {
	v := YMM()
	VMAXPS(x, load(number(limit)), v)
	return v
}

// The comparisons of VCMPPS.
const (
	less       = 0x11
	atMost     = 0x12
	notAtMost  = 0x16 // greater, or not a number
	notLess    = 0x15 // at least, or not a number
	greater    = 0x1e
	equalFalse = 0x0b
)

// compare returns ones in the lanes where x stands so to y.
func compare(x vec, predicate uint64, y Op) vec {
	v := YMM()
	VCMPPS(Imm(predicate), y, x, v)
	return v
}

// choose returns yes in the lanes where the uppermost bit of mask is set.
func choose(mask vec, yes Op, no vec) vec {
	v := YMM()
	VBLENDVPS(mask, yes, no, v)
	return v
}

// magnitude is |x|, minus is -|x|, signOf the sign's bit alone.
func magnitude(x vec) vec { return both(word(1<<31-1), x) }
func minus(x vec) vec     { return either(word(1<<31), x) }
func signOf(x vec) vec    { return both(word(1<<31), x) }

// square is x².
func square(x vec) vec { return product(x, x) }

// polynomial is c[0] + c[1] x + c[2] x² ...
func polynomial(x vec, c []float64) vec {
	p := load(number(c[len(c)-1]))
	for i := len(c) - 2; i >= 0; i-- {
		VFMADD213PS(number(c[i]), x, p)
	}
	return p
}

// multiplyAdd sets p to p a + b; negatedMultiplyAdd to b - p a.
func multiplyAdd(p, a vec, b Op)        { VFMADD213PS(b, a, p) }
func negatedMultiplyAdd(p, a vec, b Op) { VFNMADD213PS(b, a, p) }
