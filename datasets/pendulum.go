package datasets

import "math"

func pendulum() Entry {
	return Entry{
		Name:  "pendulum",
		Title: "Pendulum, large swings",
		Help:  "A pendulum released at a large angle, where the sine in its equation matters. Friction and length are parameters of the equation.",
		build: func(seed uint64) (*Set, error) {
			const friction, pull, end = 0.3, 9.0, 6.0
			swing := swings(friction, pull, 2.4, end)
			s := &Set{
				Source:  "y = u + 0.1 z, where u'' + mu u' + k sin u = 0, mu = 0.3, k = 9, u(0) = 2.4, u'(0) = 0, by Runge and Kutta's method of fourth order in 6,000 steps; z standard normal, t uniform from 0 to 6, 120 rows",
				Inputs:  []Column{{"time", "s"}},
				Targets: []Column{{"angle", "rad"}},
				Truth: func(mean, std, x []float64) {
					mean[0], std[0] = swing(x[0]), 0.1
				},

				Equation: "d2u + mu*du + k*sin(u)", Parameters: map[string]float64{"mu": friction, "k": pull},
			}
			s.draw(120, 0, end, seed)
			return s, nil
		},
	}
}

// swings returns the angle over time of a pendulum that is let go at an angle, from 0 to
// end; beyond these it is what it is there.
func swings(friction, pull, begin, end float64) func(t float64) float64 {
	const steps = 6000
	h := end / steps
	speedUp := func(u, v float64) float64 { return -friction*v - pull*math.Sin(u) }
	at, speed := make([]float64, steps+1), make([]float64, steps+1)
	at[0] = begin
	for i := range steps {
		u, v := at[i], speed[i]
		a1 := speedUp(u, v)
		v2, a2 := v+h/2*a1, speedUp(u+h/2*v, v+h/2*a1)
		v3, a3 := v+h/2*a2, speedUp(u+h/2*v2, v+h/2*a2)
		v4, a4 := v+h*a3, speedUp(u+h*v3, v+h*a3)
		at[i+1], speed[i+1] = u+h/6*(v+2*v2+2*v3+v4), v+h/6*(a1+2*a2+2*a3+a4)
	}
	return func(t float64) float64 {
		// Between two steps a cubic that has the angles and the speeds of both.
		t = min(max(t/h, 0), steps)
		i := min(int(t), steps-1)
		s := t - float64(i)
		return (1+2*s)*(1-s)*(1-s)*at[i] + s*(1-s)*(1-s)*h*speed[i] + s*s*(3-2*s)*at[i+1] + s*s*(s-1)*h*speed[i+1]
	}
}
