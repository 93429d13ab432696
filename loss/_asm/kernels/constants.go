package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Constants are declared once each, by name.
var constants = map[string]Mem{}

func declare(name string, make func() Mem) Mem {
	if _, ok := constants[name]; !ok {
		constants[name] = make()
	}
	return constants[name]
}

// bits64 returns a vector of four equal 64-bit lanes.
func bits64(name string, bits uint64) VecVirtual {
	y := YMM()
	VBROADCASTSD(declare(name, func() Mem { return ConstData(name, U64(bits)) }), y)
	return y
}

// vector returns a constant of eight equal 32-bit lanes in memory.
func vector(name string, bits uint32) Mem {
	return declare(name, func() Mem {
		m := GLOBL(name, RODATA|NOPTR)
		for i := range 8 {
			DATA(4*i, U32(bits))
		}
		return m
	})
}
