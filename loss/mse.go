package loss

var mse = Descriptor{
	Name: "mse",
	Help: "The squared error. The variance is not trained.",
	Formula: Formula{
		Terms: []Term{{Of: OfResidual, TeX: `{(y - \mu)}^2`}},
		Note:  "the variance is not trained",
	},
	Source: "PyTorch, torch.nn.functional.mse_loss",
	make:   func(o Options) Loss { return Of(MSE{}, o.Reduction) },
}

// MSE is the squared error d², as torch.nn.functional.mse_loss has it. It knows
// nothing of the variance.
type MSE struct{}

// At is as Pointwise says; the derivative with respect to the variance is 0.
func (MSE) At(mean, target, _ float64) (loss, gradMean, gradVariance float64) {
	d := mean - target
	return d * d, 2 * d, 0
}

// IgnoresVariance tells a trainer that the squared error trains the mean alone.
func (MSE) IgnoresVariance() bool { return true }
