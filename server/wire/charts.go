package wire

// Charts returns what the page draws, in its order.
func Charts() []Chart {
	return []Chart{
		{
			ID: "fit", Label: "Fit",
			Help: "The data, the predicted mean and bands of the predicted distribution.",
			Read: []string{
				"Filled points are training points, hollow ones are test points. The line is the predicted mean. The bands should contain the percentages of points chosen above the chart (at first 38, 68 and 95 %), so about one point in twenty should lie outside the widest.",
				"A band that widens where the points scatter more is what heteroscedastic means. A band of equal width everywhere has learned one noise level for all x. One that hugs single points has memorised them.",
				"Where the truth is known, dashed lines show the true mean and its central 95 % interval.",
			},
		},
		{
			ID: "noise", Label: "Noise",
			Help: "The predicted standard deviation over the same input, on a log axis, with its minimum √eps.",
			Read: []string{
				"The chart shares its x axis with the fit above it. On a log axis equal ratios have equal heights: 1 to 2 is as far as 10 to 20.",
				"Below the minimum std, the dotted line is what the network predicts; the loss uses the minimum instead.",
			},
		},
		{
			ID: "equation", Label: "Equation",
			Help: "The residual of the equation over the same input, and the parameters as they are learned.",
			Read: []string{
				"The line is the residual; at 0 the mean satisfies the equation. The band around 0 is the learned noise, which weights the equation against the data. It starts wide, so that the data are learned first, and narrows as the mean comes to satisfy the equation.",
				"Ticks at the bottom are the points where each step evaluates the residual; a bracket shows the range from which they are drawn at random. Elsewhere nothing holds the mean to the equation.",
				"Each parameter is learned or fixed. Its curve starts at the last change of the equation; the dashed line is its true value, where that is known.",
			},
		},
		{
			ID: "map", Label: "Map",
			Help: "With two inputs: the predicted mean as a colour over both, and the standard deviation beside it.",
			Read: []string{
				"Each place is one pair of inputs; the bar beside the map gives the value of each colour. Brighter is larger. Standard deviations that span more than a factor of ten have a logarithmic colour scale.",
				"Points have the colour of their target: where the mean is right, they blend in. Coloured by residual, they show on the map of the mean how many standard deviations they are off, and on the other map how far that is.",
				"The map is hatched where eps sets the standard deviation. Where the truth is known, you can also choose the true maps, or the difference from them in two colours.",
			},
		},
		{
			ID: "predictions", Label: "Predicted vs. actual",
			Help: "The prediction for each point, with its interval, against the observed value.",
			Read: []string{
				"Points on the diagonal were predicted exactly. Above it the prediction was too large, below it too small. An interval that crosses the diagonal contains its point; about one in twenty of the 95 % intervals should not.",
			},
		},
		{
			ID: "residuals", Label: "Std vs. residual",
			Help: "The error of each point against its predicted standard deviation, on log axes.",
			Read: []string{
				"If the standard deviations are right, two thirds of the points lie below the line |r| = σ, and all but one in twenty below |r| = 1.96 σ, for small standard deviations as well as large ones.",
				"Points above the lines at the left were predicted with confidence, and wrong: they cost the most.",
			},
		},
		{
			ID: "loss", Label: "Loss",
			Help: "The loss or the NLL of training and test points over the steps. Marks show every change.",
			Read: []string{
				"The loss can be negative: where a density exceeds 1, its negative logarithm is below 0, and the variance of a standardised target is soon below 1. Only differences have a meaning, and only between losses of one kind.",
				"Where the test curve turns up while the training curve keeps falling, the network has begun to overfit. The variances overfit first.",
				"The strong curve is an exponential moving average, as in TensorBoard; the values themselves stay behind it, faint. The slider under the chart sets how much is averaged. After an undo the average continues from the step that the run went back to, and what was undone is drawn faint.",
				"Models that minimise different losses are compared by their NLL, as their training losses are not comparable.",
				"A mark is a change, described beside it. The steps before it used the previous settings.",
			},
		},
		{
			ID: "anatomy", Label: "What the loss is made of",
			Help: "The terms of the Gaussian NLL at this step.",
			Read: []string{
				"Negative terms are to the left of zero. Training trades one term for the other: it lowers the log-variance until the residual term costs as much as is gained. Then the residual term is near ½.",
				"A residual term well above ½ on the training points means that the variances are too small, or that the mean is not learned yet. full adds the constant and changes neither.",
			},
		},
		{
			ID: "calibration", Label: "Calibration",
			Help: "How often the truth falls inside the predicted interval, for every interval width.",
			Read: []string{
				"On the diagonal, intervals contain exactly as many points as promised: a 70 % interval contains 70 % of them. Below it the network is overconfident, above it underconfident.",
				"The grey region is the range expected by chance with this number of points. A curve inside it shows no miscalibration.",
			},
		},
		{
			ID: "pit_histogram", Label: "PIT histogram",
			Help: "Where each test point falls in its own predicted distribution.",
			Read: []string{
				"Flat is calibrated. A bowl has too many points in the tails: overconfident. A hill has too few: underconfident. A slope means that the mean is biased.",
			},
		},
		{
			ID: "pull", Label: "Gradients",
			Help: "How strongly each training point changes its mean and its variance.",
			Read: []string{
				"Under the NLL the gradient on a point’s mean is divided by its variance. Points with low predicted noise dominate, and a mean that is wrong where the predicted noise is high may stay wrong. β-NLL restores the influence of these points.",
			},
		},
		{
			ID: "timeline", Label: "Timeline",
			Help: "All steps so far, with every change.",
			Read: []string{
				"Drag the handle to look back. Early steps are all kept, later ones are thinned (ticks). You see the old weights with today’s settings and data; training continues meanwhile.",
				"The axis is compressed (square root of the steps) so that early steps are easy to reach. You can resume training from the step shown; undo reverts this.",
			},
		},
	}
}
