//go:build !nonsense

package datasets

import (
	"fmt"
)

// The output has sentences in it.

func ExampleFormula() {
	f := Formula{Mean: "sin(x)", Std: "x < 0 ? 0.1 : 0.1 + x/2", From: -3, To: 3, Rows: 200}
	s, err := f.Set(1)
	if err != nil {
		fmt.Println(err)
		return
	}
	var mean, std [1]float64
	s.Truth(mean[:], std[:], []float64{1})
	fmt.Printf("%d rows; at x = 1 mean %.3f, standard deviation %.3f\n", s.Rows(), mean[0], std[0])

	f.Std = "0.1 + 2x"
	_, err = f.Set(1)
	fmt.Println(err)
	// Output:
	// 200 rows; at x = 1 mean 0.841, standard deviation 0.600
	// standard deviation, column 8: cannot be read from "x" on; write products with * (2*x), decimals with a point, and close every parenthesis
}
