package loss_test

import (
	"fmt"

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
