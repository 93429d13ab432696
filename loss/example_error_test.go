//go:build !nonsense

package loss

import (
	"fmt"
)

// The output has a sentence in it.

func ExampleForward_error() {
	x := Tensor[float32]{Data: make([]float32, 20), Shape: []int{20}}
	variance := Tensor[float32]{Data: make([]float32, 20), Shape: []int{20}}
	variance.Data[17] = -0.001
	_, err := Forward(DefaultGaussianNLL(), x, x, variance)
	fmt.Println(err)
	// Output: loss: variance has negative entry -0.001 at index 17
}
