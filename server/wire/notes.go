package wire

import (
	"slices"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/loss"
	"github.com/gnllviz/gnllviz/server/tex"
)

// A Note is what there is to say of a control, or of one value of it, beyond its
// sentence: the formula behind it, and where that is from.
type Note struct {
	Control string
	Option  string // empty: of the control itself

	Formula string // MathML; may be empty
	Where   string // what its signs mean; may be empty
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

// Notes lists them: those on what the losses and the engine have are made of their
// descriptors.
func Notes() []Note {
	return slices.Concat(lossNotes(), optimizerNotes(), scheduleNotes(), modelNotes(), dataNotes())
}

func lossNotes() []Note {
	var list []Note
	for _, k := range loss.Kinds() {
		d := k.Descriptor()
		where := d.Formula.Note + "."
		if d.Formula.HasConstant() {
			where = d.Formula.Note + "; the constant is there with full."
		}
		list = append(list, Note{"loss", d.Name, setTeX(d.Formula.TeX()), where, d.Source})
		for _, p := range d.Parameters {
			list = append(list, Note{p.Name, "", setTeX(p.Formula), "", p.Source})
		}
	}
	return append(list, []Note{
		{Control: "eps", Formula: formula("v = max (", sub("v", words("head")), ",", words("eps"), ") ,", gap, frac("∂ v", row("∂", sub("v", words("head")))), "= 1", words("\u00a0on either side")), Source: torchLoss},
		{Control: "full", Formula: formula("+", frac("1", "2"), "log 2 π ≈ 0.919"), Source: torchLoss + "; other losses have constants of their own"},
		{Control: "reduction", Source: torchLoss},
		{Control: "reduction", Option: "mean", Formula: formula(frac("1", "n"), sum("i"), "ℓ_i")},
		{Control: "reduction", Option: "sum", Formula: formula(sum("i"), "ℓ_i")},
		{Control: "reduction", Option: "none", Formula: formula("( ℓ_1 , … , ℓ_n )")},
	}...)
}

// notesOn are those on the values of an enumeration.
func notesOn[E named](control string, values []E) (list []Note) {
	for _, v := range values {
		if a := v.About(); a.Formula != "" {
			list = append(list, Note{control, a.Name, setTeX(a.Formula), "", a.Source})
		}
	}
	return list
}

// setTeX sets a formula in TeX that a descriptor has, which a test has read.
func setTeX(formula string) string {
	out, err := tex.Math(formula)
	if err != nil {
		panic(err)
	}
	return out
}

func optimizerNotes() []Note {
	const adam = "Kingma & Ba 2015, “Adam: A Method for Stochastic Optimization”; PyTorch, torch.optim.Adam"
	const dropout = "Srivastava et al. 2014, “Dropout: A Simple Way to Prevent Neural Networks from Overfitting”"
	return append(notesOn("optimizer", engine.Optimizers()), []Note{
		{Control: "decay", Formula: formula("ℓ +", frac("λ", "2"), sum("k"), sup("θ_k", "2")), Source: "PyTorch, weight_decay of torch.optim.Adam; of AdamW apart from the gradient"},
		{Control: "variance_decay", Source: "Sluijterman, Cator & Heskes 2024, “Optimal Training of Mean Variance Estimation Neural Networks”"},
		{Control: "momentum", Formula: formula("b ← μ b + g"), Source: "PyTorch, torch.optim.SGD"},
		{Control: "nesterov", Formula: formula("θ ← θ − η ( g + μ b )"), Source: "Sutskever et al. 2013, “On the Importance of Initialization and Momentum in Deep Learning”; PyTorch, torch.optim.SGD"},
		{Control: "beta1", Formula: formula("m ← β_1 m + ( 1 − β_1 ) g"), Source: adam},
		{Control: "beta2", Formula: formula("v ← β_2 v + ( 1 − β_2 )", sup("g", "2")), Source: adam},
		{Control: "alpha", Formula: formula("v ← α v + ( 1 − α )", sup("g", "2")), Source: "PyTorch, torch.optim.RMSprop"},
		{Control: "clip", Formula: formula("g ← g · min", big("1 ,", frac("c", abs(abs("g"))))), Source: "Pascanu, Mikolov & Bengio 2013, “On the Difficulty of Training Recurrent Neural Networks”; PyTorch, torch.nn.utils.clip_grad_norm_"},
		{Control: "dropout", Source: dropout},
		{Control: "mean_first", Source: "Sluijterman, Cator & Heskes 2024, “Optimal Training of Mean Variance Estimation Neural Networks”; " + nixWeigend},
	}...)
}

func scheduleNotes() []Note {
	return append(notesOn("schedule", engine.ScheduleKinds()), []Note{
		{Control: "rate_warmup", Formula: formula("η_t · min", big("1 ,", frac("t + 1", "W")))},
	}...)
}

func modelNotes() []Note {
	return slices.Concat(notesOn("activation", engine.Activations()), notesOn("head", engine.Heads()), notesOn("init", engine.Inits()), []Note{
		{Control: "members", Formula: formula("μ =", frac("1", "M"), sum("m"), "μ_m ,", gap, sup("σ", "2"), "=", frac("1", "M"), sum("m"), big(sup("σ_m", "2"), "+", sup("μ_m", "2")), "−", sup("μ", "2")), Source: deepEnsembles},
	})
}

func dataNotes() []Note {
	return []Note{
		{Control: "noise", Formula: formula("y ← y +", frac("p", "100"), "s_y ε ,", gap, "ε ∼ N ( 0 , 1 )")},
		{Control: "acquire_by", Source: "Settles 2009, “Active Learning Literature Survey”; " + deepEnsembles},
	}
}
