//go:build goexperiment.simd && (arm64 || wasm || (amd64 && purego))

package kernel

import "simd/archsimd"

// Vectors of four float32s, which arm64 and WebAssembly have. amd64 has its assembly; with
// the tag purego these are tested there.
type f4 = archsimd.Float32x4

type four = [4]float32

func load(p *four) f4           { return archsimd.LoadFloat32x4Array(p) }
func store(p *four, v f4)       { v.StoreArray(p) }
func splat(x float32) f4        { return archsimd.BroadcastFloat32x4(x) }
func least(v f4, floor f4) f4   { return floor.IfElse(v.Less(floor), v) } // a NaN stays
func peakFMA(loops int) float64 { return peakGeneric(loops) }
