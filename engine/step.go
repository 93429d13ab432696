package engine

import (
	"math"

	"github.com/gnllviz/gnllviz/engine/kernel"
)

// A job is what the blocks of one step have in common.
type job struct {
	rows, size int // rows of the batch and of each block but the last
	drop       *dropper
	detach     bool
}

// An attempt is a step whose loss and gradient are there, and which is yet to be
// made.
type attempt struct {
	info     StepInfo
	part     Part
	norm     float64 // of the gradient of that part, and of an equation's parameters
	equation bool    // has a term in the loss
}

// StepInfo is what the last step has seen.
type StepInfo struct {
	Rows         int     // of the batch
	Loss         float64 // before the step, an equation's term included
	LR           float64 // that the step was made with
	MeanNorm     float64 // norm of the gradient of the mean's part, before clipping
	VarianceNorm float64 // and of the variance's
	Clipped      bool    // the gradient was clipped
	Guarded      int     // variances of the batch that the exp head's guard held
	Physics      float64 // the equation's share of Loss
}

// Step makes one step on the next h.Batch rows and returns the loss, with an
// equation's term and without any penalty, that it stepped down from. A batch of all rows or more takes all of
// them. Step does not allocate once it has seen its largest batch.
//
// Where a number of the step is no longer finite the error is a *Divergence and
// the trainer is as it was before it: the same step again would end in the same
// way. Any other error is of h, and nothing was done.
func (t *Trainer) Step(loss Loss, h Hyper) (float64, error) {
	if err := h.check(); err != nil {
		return 0, err
	}
	value, err := t.tryNext(loss, &h)
	if err != nil {
		t.abandon()
		return value, err
	}
	t.update(&h)
	return value, nil
}

// tryNext is try on the next rows.
func (t *Trainer) tryNext(loss Loss, h *Hyper) (float64, error) {
	t.undo.begin(t)
	x, y := t.nextBatch(h.Batch)
	return t.try(x, y, loss, h)
}

// try computes the loss and the gradient of a step, and keeps what update needs to
// make it. The error is a *Divergence; the step is then to be abandoned.
func (t *Trainer) try(x kernel.Matrix, y []float32, loss Loss, h *Hyper) (float64, error) {
	part := h.Part
	if t.steps < h.Warmup || ignoresVariance(loss) {
		part = MeanPart
	}
	if t.warming && t.steps >= h.Warmup {
		t.endWarmup()
	}
	t.warming = t.steps < h.Warmup
	t.good.keep(t)

	t.job = job{rows: x.Rows, detach: detachesVariance(loss)}
	if h.Dropout > 0 {
		t.dropper = dropper{rate: h.Dropout, seeds: [2]uint64{t.config.Seed ^ streamDropout<<32, t.steps << 40}}
		t.job.drop = &t.dropper
	}
	blocks := t.split(x.Rows)
	p := &t.pass
	p.reserve(t.net, x, true, t.job.drop != nil)
	t.net.pack()
	if helpers := min(cores(t.config.Workers), blocks) - 1; helpers > 0 {
		t.crew.start(t.choice.begin(blocks, helpers))
		defer t.choice.end()
	}
	t.crew.run(blocks, t.forward)
	t.net.finish(p)
	value := loss.Gradients(p.gradMean, p.gradVariance, p.mean, y, p.variance)
	if value-value != 0 {
		return value, t.diverged("loss", value, y)
	}
	equation := t.physics != nil && part != VariancePart
	physics := 0.0
	if equation {
		physics = t.tryPhysics()
		if value += physics; value-value != 0 {
			return value, t.diverged(equationLoss, physics, y)
		}
	}
	t.net.begin(p, t.grads, part)
	t.crew.run(blocks, t.backward)
	for _, g := range t.partial[:blocks-1] {
		t.addPartial(g)
	}
	if equation {
		kernel.Add(t.grads, t.physics.pass.grads)
	}
	t.attempt = attempt{
		info: StepInfo{Rows: x.Rows, Loss: value, LR: h.LR * h.Schedule.Factor(t.steps), Guarded: p.guarded, Physics: physics},
		part: part, equation: equation,
	}
	norm := t.norms(part)
	if equation {
		norm = math.Hypot(norm, t.physics.norm)
	}
	if norm-norm != 0 || norm > maxNorm {
		return value, t.diverged("gradient", norm, y)
	}
	t.attempt.norm = norm
	return value, nil
}

// update makes the step that was tried last.
func (t *Trainer) update(h *Hyper) {
	a := &t.attempt
	scale := float32(1)
	if h.Clip > 0 {
		// As torch.nn.utils.clip_grad_norm_ does it.
		if s := h.Clip / (a.norm + 1e-6); s < 1 {
			scale = float32(s)
			kernel.Scale(t.grads, scale)
			a.info.Clipped = true
		}
	}
	t.steps++
	t.last = a.info
	t.opt.update(t.net.params, t.grads, t.spans, h, a.info.LR, a.part)
	if a.equation {
		t.updateLaw(h, scale)
	}
}

// norms notes the norms of the gradients of the two parts, and returns that of
// what is trained.
func (t *Trainer) norms(part Part) float64 {
	var squares [VariancePart + 1]float64
	for _, s := range t.spans {
		squares[s.part] += kernel.SumSquares(t.grads[s.from:s.to])
	}
	t.attempt.info.MeanNorm, t.attempt.info.VarianceNorm = math.Sqrt(squares[MeanPart]), math.Sqrt(squares[VariancePart])
	if part != BothParts {
		return math.Sqrt(squares[part])
	}
	return math.Sqrt(squares[MeanPart] + squares[VariancePart])
}
