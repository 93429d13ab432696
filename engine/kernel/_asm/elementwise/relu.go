package main

import . "github.com/mmcloughlin/avo/build"

const leak = 0.01

func relu(z vec) vec { return both(compare(z, notAtMost, number(0)), z) }

func leakyReLU(z vec) vec {
	v := YMM()
	VMAXPS(z, product(number(leak), z), v)
	return v
}

func leakyReLUGradient(y vec) vec {
	return choose(compare(y, atMost, number(0)), number(leak), load(number(1)))
}
