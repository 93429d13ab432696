package loss_test

import (
	"fmt"
	"math"

	"github.com/gnllviz/gnllviz/loss"
)

// The three examples of PyTorch's page on GaussianNLLLoss, with numbers in place
// of random ones. First heteroscedastic: every element has a variance of its own.
func ExampleForward_heteroscedastic() {
	input := loss.Tensor[float32]{Data: []float32{1, 2, 3, 4, 5, 6}, Shape: []int{3, 2}}
	target := loss.Tensor[float32]{Data: []float32{1, 3, 3, 2, 5, 9}, Shape: []int{3, 2}}
	variance := loss.Tensor[float32]{Data: []float32{1, 1, 2, 2, 3, 3}, Shape: []int{3, 2}}
	out, err := loss.Forward(loss.DefaultGaussianNLL(), input, target, variance)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.4f\n", out.Data[0])
	// Output: 0.7986
}

// A column of 32 targets, each with a mean and a variance of its own.
func ExampleForward_column() {
	shape := []int{32, 1}
	input, target, variance := make([]float32, 32), make([]float32, 32), make([]float32, 32)
	for i := range 32 {
		variance[i] = float32(1 + i%4)
		target[i] = variance[i] // so that d²/v is the variance, as every mean is 0
	}
	l := loss.DefaultGaussianNLL()
	out, err := loss.Forward(l,
		loss.Tensor[float32]{Data: input, Shape: shape},
		loss.Tensor[float32]{Data: target, Shape: shape},
		loss.Tensor[float32]{Data: variance, Shape: shape})
	if err != nil {
		panic(err)
	}
	// ¼ of the rows have each of the variances: (log 1 + log 2 + log 3 + log 4 + 1 + 2 + 3 + 4) / 8.
	fmt.Printf("%.4f of shape %v\n", out.Data[0], out.Shape)
	// Output: 1.6473 of shape []
}

// Networks often give the logarithm of the variance. Here are 16 rows of 8 outputs, with
// the constant in the loss, and the gradient with respect to the log-variance by the chain
// rule.
func ExampleForward_logVariance() {
	const rows, outputs = 16, 8
	tensor := func(f func(row, output int) float64) loss.Tensor[float64] {
		t := loss.Tensor[float64]{Shape: []int{rows, outputs}}
		for i := range rows {
			for j := range outputs {
				t.Data = append(t.Data, f(i, j))
			}
		}
		return t
	}
	mean := tensor(func(i, j int) float64 { return float64(i) })
	target := tensor(func(i, j int) float64 { return float64(i) + 0.5 })
	logVariance := tensor(func(i, j int) float64 { return float64(j-4) / 2 })
	variance := tensor(func(i, j int) float64 { return math.Exp(logVariance.Data[i*outputs+j]) })

	l := loss.DefaultGaussianNLL()
	l.Full = true
	out, err := loss.Forward(l, mean, target, variance)
	if err != nil {
		panic(err)
	}
	fmt.Printf("loss %.4f, of which the constant is %.4f\n", out.Data[0], loss.HalfLog2Pi)

	one := loss.Tensor[float64]{Data: []float64{1}}
	g, err := loss.Backward(l, one, mean, target, variance)
	if err != nil {
		panic(err)
	}
	least, most := math.Inf(1), math.Inf(-1)
	for i, dv := range g.Variance.Data {
		d := dv * variance.Data[i] // dv/d(log v) = v
		least, most = min(least, d), max(most, d)
	}
	fmt.Printf("gradients of log-variances from %.6f to %.6f, of shape %v\n", least, most, g.Variance.Shape)
	// Output:
	// loss 1.0820, of which the constant is 0.9189
	// gradients of log-variances from -0.003310 to 0.003688, of shape [16 8]
}

// Homoscedastic: one variance for each row, said by a last dimension of 1.
func ExampleForward_homoscedastic() {
	input := loss.Tensor[float32]{Data: []float32{1, 2, 3, 4, 5, 6}, Shape: []int{3, 2}}
	target := loss.Tensor[float32]{Data: []float32{1, 3, 3, 2, 5, 9}, Shape: []int{3, 2}}
	variance := loss.Tensor[float32]{Data: []float32{1, 2, 3}, Shape: []int{3, 1}}
	out, err := loss.Forward(loss.DefaultGaussianNLL(), input, target, variance)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.4f\n", out.Data[0])
	// Output: 0.7986
}

// The same, said by leaving the last dimension out.
func ExampleForward_broadcast() {
	input := loss.Tensor[float32]{Data: []float32{1, 2, 3, 4, 5, 6}, Shape: []int{3, 2}}
	target := loss.Tensor[float32]{Data: []float32{1, 3, 3, 2, 5, 9}, Shape: []int{3, 2}}
	variance := loss.Tensor[float32]{Data: []float32{1, 2, 3}, Shape: []int{3}}
	out, err := loss.Forward(loss.DefaultGaussianNLL(), input, target, variance)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.4f\n", out.Data[0])
	// Output: 0.7986
}

// Full adds 0.5 log 2π to the loss, and leaves the gradients alone.
func ExampleGaussianNLL_full() {
	input := loss.Tensor[float64]{Data: []float64{1, 2}, Shape: []int{2}}
	target := loss.Tensor[float64]{Data: []float64{0, 4}, Shape: []int{2}}
	variance := loss.Tensor[float64]{Data: []float64{1, 2}, Shape: []int{2}}
	one := loss.Tensor[float64]{Data: []float64{1}}
	for _, full := range []bool{false, true} {
		l := loss.DefaultGaussianNLL()
		l.Full = full
		out, err := loss.Forward(l, input, target, variance)
		if err != nil {
			panic(err)
		}
		g, err := loss.Backward(l, one, input, target, variance)
		if err != nil {
			panic(err)
		}
		fmt.Printf("full %-5v loss %.4f gradients %v %v\n", full, out.Data[0], g.Input.Data, g.Variance.Data)
	}
	// Output:
	// full false loss 0.9233 gradients [0.5 -0.5] [0 -0.125]
	// full true  loss 1.8422 gradients [0.5 -0.5] [0 -0.125]
}
