package wire

// Charts returns what the page draws, in its order.
func Charts() []Chart {
	return []Chart{
		{
			ID: "fit", Label: "Fit",
			Help: "The rows, the predicted mean, and bands of the predicted distribution over the input.",
			Read: []string{
				"Filled points are trained on, hollow ones are held out. The line is the predicted mean; the bands around it are to hold the shares of the rows that are chosen above the chart, 38, 68 and 95 % at first, so count: of twenty rows about one should lie outside the widest.",
				"A band that opens where the rows scatter is what heteroscedastic means. A band that is as wide everywhere has learned one noise for all, and one that hugs single rows has learned them by heart.",
				"Where a data set knows its truth, the dashed lines are the true mean and its central 95 %.",
			},
		},
		{
			ID: "noise", Label: "Noise",
			Help: "The predicted standard deviation over the same input, on a log axis, and the floor that eps puts under it.",
			Read: []string{
				"It stands right under the fit, so that an x of one is an x of the other. On a log axis the same ratio is the same height: 1 to 2 is as far as 10 to 20.",
				"Below the floor the dotted line is what the network would predict, and the floor is what the loss sees.",
			},
		},
		{
			ID: "equation", Label: "Equation",
			Help: "By how much the mean breaks its equation over the same input, and the numbers in the equation as they are learned.",
			Read: []string{
				"The line is the residual: 0 is where the mean obeys. Around 0 lies the learned noise, by which the equation is weighed against the rows; it begins wide, so that the rows are learned first, and narrows as the mean comes to obey.",
				"Ticks at the bottom are the points where each step looks; a bracket says from where to where they are drawn. Between them, and beyond them, nothing holds the mean to the equation.",
				"Each parameter is learned or fixed. Its curve begins where the equation was last changed, and the dashed line is its true value, where that is known.",
			},
		},
		{
			ID: "map", Label: "Map",
			Help: "With two inputs: the predicted mean as colour over both, and beside it the standard deviation.",
			Read: []string{
				"Each place is one pair of inputs; equal colours are equal values, which the bar beside it names. Brighter is more, and the colours of standard deviations go by their ratio where these span more than a decade.",
				"Rows have the colour of their target: where the mean is right they vanish in it. By residual they are coloured by how many standard deviations they are off, and on the other map by how far that is.",
				"Where eps floors the standard deviation the map is hatched. Where the truth is known, its maps stand a choice away, and the difference to them in two colours.",
			},
		},
		{
			ID: "predictions", Label: "Predicted vs. actual",
			Help: "What was predicted for each row, with its interval, over what was there.",
			Read: []string{
				"Rows on the diagonal were met exactly. Above it the prediction was too large, below it too small. An interval that crosses the diagonal holds its row; of the 95 % ones about one in twenty should not.",
			},
		},
		{
			ID: "residuals", Label: "Std vs. residual",
			Help: "How far each row is from its predicted mean, over how far that was expected, on log axes.",
			Read: []string{
				"If the standard deviations are right, two thirds of the rows lie below the line |r| = σ, and all but one in twenty below |r| = 1.96 σ, at small standard deviations as at large ones.",
				"Rows above the lines at the left are those of which the network was sure, and wrong: they cost the most.",
			},
		},
		{
			ID: "loss", Label: "Loss",
			Help: "The loss, or the NLL, of training and test rows over the steps, with a mark wherever something was changed.",
			Read: []string{
				"It may be negative: a density above 1 has a negative logarithm, and the variance of a standardised target is soon below 1. Only differences mean something, and only between losses of one kind.",
				"Where the test curve turns up while the training curve goes on down, the network has begun to learn its rows by heart; the variances go first.",
				"A mark is a change: its words stand beside it, the steps before it were made under what was.",
			},
		},
		{
			ID: "anatomy", Label: "Anatomy of the loss",
			Help: "How the terms of the Gaussian NLL share the loss of this moment.",
			Read: []string{
				"Negative terms stand to the left of zero. A network that fits trades one term for the other: it lowers the log-variance until the residual costs as much, and then the residual is near ½.",
				"A residual well above ½ on training rows says that the variances are too small or that the mean is still on its way; full adds the constant and changes neither.",
			},
		},
		{
			ID: "calibration", Label: "Calibration",
			Help: "Of the test rows that central intervals should hold, the share that they do, over all probabilities.",
			Read: []string{
				"On the diagonal a promise of 70 % is kept for 70 rows of 100. Below it the network is overconfident, above it underconfident.",
				"The grey region is how far a perfect prediction strays by chance with so few rows: inside it there is nothing to be seen.",
			},
		},
		{
			ID: "pit_histogram", Label: "PIT histogram",
			Help: "How the test rows spread over their own predicted distributions.",
			Read: []string{
				"Flat is calibrated. A bowl has too many rows in the tails: overconfident. A hill has too few: underconfident. A slope says that the mean is off to one side.",
			},
		},
		{
			ID: "pull", Label: "Pull on the network",
			Help: "How hard each training row pulls on its mean and on its variance.",
			Read: []string{
				"Under the NLL a row’s pull on its mean is divided by its variance: quiet rows lead, noisy rows are hardly heard, and a mean that has not been found there stays unfound. β-NLL gives the noisy rows their say back.",
			},
		},
		{
			ID: "timeline", Label: "Timeline",
			Help: "The steps from the first to the present one, with every change.",
			Read: []string{
				"Drag the handle to look back, at every step at first and later at moments ever further apart, which the fine ticks mark. What is shown are the weights of then under the controls and on the rows of now; the training goes on meanwhile.",
				"Distances grow with the root of the steps, so that the left half is the first quarter of the run. Continue from a moment that is looked at, and the weights are those again: undo takes that back.",
			},
		},
	}
}
