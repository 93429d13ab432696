package loss

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// What descriptors say of a loss is so of its arithmetic.
func TestDescriptorsAreTrue(t *testing.T) {
	mean, target, variance := []float32{0.5}, []float32{-1}, []float32{2}
	value := func(k Kind, o Options) float64 {
		o.Eps = 1e-6
		return k.New(o).Gradients(nil, nil, mean, target, variance)
	}
	seen := map[string]bool{}
	for _, k := range Kinds() {
		t.Run(k.String(), func(t *testing.T) {
			d := k.Descriptor()
			if !regexp.MustCompile(`^[a-z][a-z0-9_]*$`).MatchString(d.Name) || seen[d.Name] {
				t.Errorf("the name %q", d.Name)
			}
			seen[d.Name] = true
			if !strings.HasSuffix(d.Help, ".") || d.Source == "" || d.Formula.Note == "" || len(d.Formula.Terms) == 0 {
				t.Errorf("help, source, note or terms are missing: %+v", d)
			}
			if parsed, err := ParseKind(d.Name); parsed != k || err != nil {
				t.Errorf("ParseKind says %v, %v", parsed, err)
			}
			constant := d.Formula.HasConstant()
			if differs := value(k, Options{Full: true}) != value(k, Options{}); differs != constant {
				t.Errorf("its formula has a constant: %v; full alters the loss: %v", constant, differs)
			}
			for _, p := range d.Parameters {
				if seen["parameter "+p.Name] || p.Label == "" || !strings.HasSuffix(p.Help, ".") || p.Valid == "" {
					t.Errorf("parameter %+v", p)
				}
				seen["parameter "+p.Name] = true
				if value(k, Options{Parameters: map[string]float64{p.Name: p.Default}}) != value(k, Options{}) {
					t.Errorf("%s: what is not said is not the default", p.Name)
				}
				for _, v := range []float64{p.Min, p.Default, p.Max} {
					if err := k.Check(Options{Parameters: map[string]float64{p.Name: v}}); err != nil {
						t.Errorf("%s is offered and refused: %v", p.Name, err)
					}
				}
				if value(k, Options{Parameters: map[string]float64{p.Name: p.Min}}) == value(k, Options{Parameters: map[string]float64{p.Name: p.Max}}) {
					t.Errorf("%s alters nothing", p.Name)
				}
				for _, v := range []float64{math.NaN(), math.Inf(-1), -1, math.Inf(1)} {
					if err := k.Check(Options{Parameters: map[string]float64{p.Name: v}}); err == nil || !strings.Contains(err.Error(), p.Name) {
						t.Errorf("%s of %g: %v", p.Name, v, err)
					}
				}
			}
			var gradMean, gradVariance, element [1]float32
			reduced := k.New(Options{Eps: 1e-6, Full: true}).Gradients(gradMean[:], gradVariance[:], mean, target, variance)
			k.New(Options{Eps: 1e-6, Full: true, Reduction: None}).Elements(element[:], mean, target, variance)
			if math.Abs(reduced-float64(element[0])) > 1e-6*(1+math.Abs(reduced)) {
				t.Errorf("the mean of one element is %v, the element %v", reduced, element[0])
			}
			ignores, ok := k.New(Options{}).(interface{ IgnoresVariance() bool })
			if ok && ignores.IgnoresVariance() != (gradVariance[0] == 0) {
				t.Errorf("it ignores the variance: %v, of which the gradient is %v", ignores.IgnoresVariance(), gradVariance[0])
			}
		})
	}
}

func TestByNameSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		name string
		o    Options
		want string
	}{
		{"nll", Options{}, `loss: "nll" is none of gaussian_nll, beta_nll, `},
		{"mse", Options{Eps: -1}, "loss: an eps of -1; it must be 0 or more"},
		{"mse", Options{Eps: math.NaN()}, "loss: an eps of NaN; it must be 0 or more"},
		{"mse", Options{Reduction: 7}, "loss: Reduction(7) is none of mean, sum, none"},
		{"beta_nll", Options{Parameters: map[string]float64{"beta": 2}}, "loss: a beta of 2; it must be from 0 to 1"},
		{"student_t_nll", Options{Parameters: map[string]float64{"df": 0}}, "loss: a df of 0; it must be above 0"},
	} {
		if _, err := ByName(c.name, c.o); err == nil || !wording.Begins(err.Error(), c.want) {
			t.Errorf("%s %+v: %v, want %s", c.name, c.o, err, c.want)
		}
	}
	if l, err := ByName("beta_nll", Options{Eps: 1, Parameters: map[string]float64{"df": -1}}); err != nil || l == nil {
		t.Errorf("a parameter of another loss is not passed over: %v", err)
	}
}

// A loss is one file, and what its file declares is offered.
func TestEachLossIsAFileThatIsListed(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		here := 0
		ast.Inspect(f, func(n ast.Node) bool {
			literal, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			if of, ok := literal.Type.(*ast.Ident); !ok || of.Name != "Descriptor" {
				return true
			}
			here++
			for _, e := range literal.Elts {
				field, ok := e.(*ast.KeyValueExpr)
				if value, basic := field.Value.(*ast.BasicLit); ok && basic && field.Key.(*ast.Ident).Name == "Name" {
					names = append(names, strings.Trim(value.Value, `"`))
				}
			}
			return true
		})
		if here > 1 {
			t.Errorf("%s declares %d losses; each is a file", name, here)
		}
	}
	slices.Sort(names)
	listed := Names()
	slices.Sort(listed)
	if !slices.Equal(names, listed) {
		t.Errorf("files declare %v, kinds lists %v", names, listed)
	}
}
