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
			where = d.Formula.Note + "; full adds the constant."
		}
		list = append(list, Note{"loss", d.Name, setTeX(d.Formula.TeX()), where, d.Source})
		for _, p := range d.Parameters {
			list = append(list, Note{p.Name, "", setTeX(p.Formula), "", p.Source})
		}
	}
	return append(list, []Note{
		{Control: "eps", Formula: setTeX(`v = \max (v_{\text{head}}, \text{eps}), \\ \frac{\partial v}{\partial v_{\text{head}}} = 1 \text{ on either side}`), Source: torchLoss},
		{Control: "full", Formula: setTeX(`+ \frac{1}{2} \log 2 \pi \approx 0.919`), Source: torchLoss + "; other losses have constants of their own"},
		{Control: "reduction", Source: torchLoss},
		{Control: "reduction", Option: "mean", Formula: setTeX(`\frac{1}{n} \sum_i \ell_i`)},
		{Control: "reduction", Option: "sum", Formula: setTeX(`\sum_i \ell_i`)},
		{Control: "reduction", Option: "none", Formula: setTeX(`(\ell_1, \dots, \ell_n)`)},
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
		{Control: "decay", Formula: setTeX(`\ell + \frac{\lambda}{2} \sum_k \theta_k^2`), Source: "PyTorch, weight_decay of torch.optim.Adam; decoupled in torch.optim.AdamW"},
		{Control: "variance_decay", Source: "Sluijterman, Cator & Heskes 2024, “Optimal Training of Mean Variance Estimation Neural Networks”"},
		{Control: "momentum", Formula: setTeX(`b \leftarrow \mu b + g`), Source: "PyTorch, torch.optim.SGD"},
		{Control: "nesterov", Formula: setTeX(`\theta \leftarrow \theta - \eta (g + \mu b)`), Source: "Sutskever et al. 2013, “On the Importance of Initialization and Momentum in Deep Learning”; PyTorch, torch.optim.SGD"},
		{Control: "beta1", Formula: setTeX(`m \leftarrow \beta_1 m + (1 - \beta_1) g`), Source: adam},
		{Control: "beta2", Formula: setTeX(`v \leftarrow \beta_2 v + (1 - \beta_2) g^2`), Source: adam},
		{Control: "alpha", Formula: setTeX(`v \leftarrow \alpha v + (1 - \alpha) g^2`), Source: "PyTorch, torch.optim.RMSprop"},
		{Control: "clip", Formula: setTeX(`g \leftarrow g \cdot \min \left(1, \frac{c}{\norm{g}}\right)`), Source: "Pascanu, Mikolov & Bengio 2013, “On the Difficulty of Training Recurrent Neural Networks”; PyTorch, torch.nn.utils.clip_grad_norm_"},
		{Control: "dropout", Source: dropout},
		{Control: "mean_first", Source: "Sluijterman, Cator & Heskes 2024, “Optimal Training of Mean Variance Estimation Neural Networks”; " + nixWeigend},
	}...)
}

func scheduleNotes() []Note {
	return append(notesOn("schedule", engine.ScheduleKinds()), []Note{
		{Control: "rate_warmup", Formula: setTeX(`\eta_t \cdot \min \left(1, \frac{t + 1}{W}\right)`)},
	}...)
}

func modelNotes() []Note {
	return slices.Concat(notesOn("activation", engine.Activations()), notesOn("head", engine.Heads()), notesOn("init", engine.Inits()), []Note{
		{Control: "members", Formula: setTeX(`\mu = \frac{1}{M} \sum_m \mu_m, \\ \sigma^2 = \frac{1}{M} \sum_m \left(\sigma_m^2 + \mu_m^2\right) - \mu^2`), Source: deepEnsembles},
	})
}

func dataNotes() []Note {
	return []Note{
		{Control: "noise", Formula: setTeX(`y \leftarrow y + \frac{p}{100} s_y \varepsilon, \\ \varepsilon \sim N (0, 1)`)},
		{Control: "acquire_by", Source: "Settles 2009, “Active Learning Literature Survey”; " + deepEnsembles},
	}
}
