package wire

import "slices"

// A Note is what there is to say of a control, or of one value of it, beyond its
// sentence: the formula behind it, and where that is from.
type Note struct {
	Control string
	Option  string // empty: of the control itself

	Formula string // MathML; may be empty
	Source  string // author, year and title; may be empty
}

// NoteOn returns the note on a control, or on one of its options, or an empty
// one.
func NoteOn(control, option string) Note {
	all := Notes()
	i := slices.IndexFunc(all, func(n Note) bool { return n.Control == control && n.Option == option })
	if i < 0 {
		return Note{Control: control, Option: option}
	}
	return all[i]
}

// Notes lists them. In the formulas of losses d is μ − y, v the variance that is
// clamped to eps, and what stands in ⌊ ⌋ is a number to the gradient.
func Notes() []Note {
	return slices.Concat(lossNotes(), optimizerNotes(), scheduleNotes(), modelNotes(), dataNotes())
}

func lossNotes() []Note {
	return []Note{
		{"loss", "gaussian_nll", formula(frac("1", "2"), big("log v +", frac(sup("d", "2"), "v"))), nixWeigend + "; " + torchLoss},
		{"loss", "beta_nll", formula("⌊", sup("v", "β"), "⌋", frac("1", "2"), big("log v +", frac(sup("d", "2"), "v"))), seitzer + ", equation 7"},
		{"loss", "faithful", formula(frac("1", "2"), sup("d", "2"), "+", frac("1", "2"), big("log v +", frac(sup("⌊ d ⌋", "2"), "v"))), "Stirn et al. 2023, “Faithful Heteroscedastic Regression with Neural Networks”, equation 4"},
		{"loss", "natural_nll", formula("−", big("η_1 y + η_2", sup("y", "2"), "+", frac(sup("η_1", "2"), "4 η_2"), "+", frac("1", "2"), "log ( − 2 η_2 )"), ",", gap, "η_1 =", frac("μ", "v"), ",", gap, "η_2 = −", frac("1", "2 v")), "Immer et al. 2023, “Effective Bayesian Heteroscedastic Regression with Deep Neural Networks”, equation 5"},
		{"loss", "crps", formula(root("v"), big("z ( 2 Φ ( z ) − 1 ) + 2 φ ( z ) −", frac("1", root("π"))), ",", gap, "z =", frac("y − μ", root("v"))), gneitingRaftery + ", section 4.2"},
		{"loss", "student_t_nll", formula(frac("1", "2"), "log v +", frac("ν + 1", "2"), "log", big("1 +", frac(sup("d", "2"), "ν v"))), "Lange, Little & Taylor 1989, “Robust Statistical Modeling Using the t Distribution”, equation 1"},
		{"loss", "laplace_nll", formula(frac("1", "2"), "log v +", frac(abs("d"), "b"), ",", gap, "b =", root(frac("v", "2"))), "Kotz, Kozubowski & Podgórski 2001, “The Laplace Distribution and Generalizations”, section 2.1"},
		{"loss", "mse", formula(sup("d", "2")), "PyTorch, torch.nn.functional.mse_loss"},
		{"beta", "", formula(frac("∂ ℓ", "∂ μ"), "=", sup("v", "β − 1"), "d"), seitzer},
		{"df", "", formula(words("variance"), "= v", frac("ν", "ν − 2"), words("\u00a0for\u00a0"), "ν > 2"), "Lange, Little & Taylor 1989, “Robust Statistical Modeling Using the t Distribution”"},
		{"eps", "", formula("v = max (", sub("v", words("head")), ",", words("eps"), ") ,", gap, frac("∂ v", row("∂", sub("v", words("head")))), "= 1", words("\u00a0on either side")), torchLoss},
		{"full", "", formula("+", frac("1", "2"), "log 2 π ≈ 0.919"), torchLoss + "; other losses have constants of their own"},
		{"reduction", "", "", torchLoss},
		{"reduction", "mean", formula(frac("1", "n"), sum("i"), "ℓ_i"), ""},
		{"reduction", "sum", formula(sum("i"), "ℓ_i"), ""},
		{"reduction", "none", formula("( ℓ_1 , … , ℓ_n )"), ""},
	}
}

func optimizerNotes() []Note {
	const adam = "Kingma & Ba 2015, “Adam: A Method for Stochastic Optimization”; PyTorch, torch.optim.Adam"
	const dropout = "Srivastava et al. 2014, “Dropout: A Simple Way to Prevent Neural Networks from Overfitting”"
	return []Note{
		{"optimizer", "adam", formula("θ ← θ − η", frac(hat("m"), root(hat("v"))+row("+ δ"))), adam},
		{"optimizer", "adamw", formula("θ ← ( 1 − η λ ) θ − η", frac(hat("m"), root(hat("v"))+row("+ δ"))), "Loshchilov & Hutter 2019, “Decoupled Weight Decay Regularization”; PyTorch, torch.optim.AdamW"},
		{"optimizer", "sgd", formula("θ ← θ − η b ,", gap, "b ← μ b + g"), "PyTorch, torch.optim.SGD"},
		{"optimizer", "rmsprop", formula("θ ← θ − η", frac("g", root("v")+row("+ δ")), ",", gap, "v ← α v + ( 1 − α )", sup("g", "2")), "Tieleman & Hinton 2012, “Lecture 6.5: RMSProp”; PyTorch, torch.optim.RMSprop"},
		{"decay", "", formula("ℓ +", frac("λ", "2"), sum("k"), sup("θ_k", "2")), "PyTorch, weight_decay of torch.optim.Adam; of AdamW apart from the gradient"},
		{"variance_decay", "", "", "Sluijterman, Cator & Heskes 2024, “Optimal Training of Mean Variance Estimation Neural Networks”"},
		{"momentum", "", formula("b ← μ b + g"), "PyTorch, torch.optim.SGD"},
		{"nesterov", "", formula("θ ← θ − η ( g + μ b )"), "Sutskever et al. 2013, “On the Importance of Initialization and Momentum in Deep Learning”; PyTorch, torch.optim.SGD"},
		{"beta1", "", formula("m ← β_1 m + ( 1 − β_1 ) g"), adam},
		{"beta2", "", formula("v ← β_2 v + ( 1 − β_2 )", sup("g", "2")), adam},
		{"alpha", "", formula("v ← α v + ( 1 − α )", sup("g", "2")), "PyTorch, torch.optim.RMSprop"},
		{"clip", "", formula("g ← g · min", big("1 ,", frac("c", abs(abs("g"))))), "Pascanu, Mikolov & Bengio 2013, “On the Difficulty of Training Recurrent Neural Networks”; PyTorch, torch.nn.utils.clip_grad_norm_"},
		{"dropout", "", "", dropout},
		{"mean_first", "", "", "Sluijterman, Cator & Heskes 2024, “Optimal Training of Mean Variance Estimation Neural Networks”; " + nixWeigend},
	}
}

func scheduleNotes() []Note {
	const cosine = "Loshchilov & Hutter 2017, “SGDR: Stochastic Gradient Descent with Warm Restarts”; PyTorch, torch.optim.lr_scheduler.CosineAnnealingLR"
	return []Note{
		{"schedule", "constant", formula("η_t = η"), ""},
		{"schedule", "step", formula("η_t = η", sup("γ", "⌊ t / T ⌋")), "PyTorch, torch.optim.lr_scheduler.StepLR"},
		{"schedule", "exponential", formula("η_t = η", sup("γ", "t / T")), "PyTorch, torch.optim.lr_scheduler.ExponentialLR"},
		{"schedule", "cosine", formula("η_t = η", big("f +", frac("1 − f", "2"), big("1 + cos", frac("π t", "T")))), cosine},
		{"schedule", "one-cycle", formula(frac("η", "25"), "→ η → f η"), "Smith & Topin 2019, “Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates”; PyTorch, torch.optim.lr_scheduler.OneCycleLR"},
		{"rate_warmup", "", formula("η_t · min", big("1 ,", frac("t + 1", "W"))), ""},
	}
}

func modelNotes() []Note {
	torch := func(name string) string { return "PyTorch, torch.nn.functional." + name }
	return []Note{
		{"activation", "tanh", formula("tanh x"), torch("tanh")},
		{"activation", "relu", formula("max ( x , 0 )"), torch("relu")},
		{"activation", "leaky_relu", formula("max ( x , 0.01 x )"), torch("leaky_relu")},
		{"activation", "sigmoid", formula(frac("1", row("1 +")+sup("e", "− x"))), torch("sigmoid")},
		{"activation", "elu", formula("x ,", gap, sup("e", "x"), "− 1", words("\u00a0below 0")), torch("elu")},
		{"activation", "gelu", formula("x Φ ( x )"), torch("gelu")},
		{"activation", "silu", formula(frac("x", row("1 +")+sup("e", "− x"))), torch("silu")},
		{"activation", "softplus", formula("log ( 1 +", sup("e", "x"), ")"), torch("softplus")},
		{"activation", "sin", formula("sin x"), ""},
		{"activation", "identity", formula("x"), ""},
		{"head", "exp", formula("v =", sup("e", "r")), nixWeigend},
		{"head", "softplus", formula("v = log ( 1 +", sup("e", "r"), ") +", sub("v", words("min"))), deepEnsembles},
		{"head", "natural", formula("v =", frac("1", words("softplus")+row("( r ) +")+sup("10", "−8")), ",", gap, "μ = η_1 v"), "Immer et al. 2023, “Effective Bayesian Heteroscedastic Regression with Deep Neural Networks”"},
		{"head", "homoscedastic", formula("v =", sup("e", "r"), ",", gap, words("one r for all inputs")), ""},
		{"init", "linear", formula("w , b ∼ U", big("−", frac("1", root("n")), ",", frac("1", root("n")))), "PyTorch, torch.nn.Linear"},
		{"init", "he", formula("w ∼ N", big("0 ,", frac("2", "n")), ",", gap, "b = 0"), "He et al. 2015, “Delving Deep into Rectifiers”"},
		{"init", "lecun", formula("w ∼ N", big("0 ,", frac("1", "n")), ",", gap, "b = 0"), "LeCun, Bottou, Orr & Müller 1998, “Efficient BackProp”"},
		{"members", "", formula("μ =", frac("1", "M"), sum("m"), "μ_m ,", gap, sup("σ", "2"), "=", frac("1", "M"), sum("m"), big(sup("σ_m", "2"), "+", sup("μ_m", "2")), "−", sup("μ", "2")), deepEnsembles},
	}
}

func dataNotes() []Note {
	return []Note{
		{"noise", "", formula("y ← y +", frac("p", "100"), "s_y ε ,", gap, "ε ∼ N ( 0 , 1 )"), ""},
		{"acquire_by", "", "", "Settles 2009, “Active Learning Literature Survey”; " + deepEnsembles},
	}
}
