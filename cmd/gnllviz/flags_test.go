package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire/wording"
	"github.com/spf13/cobra"
)

// Whatever is refused of a control, the reason names it by its flag.
func TestRefusalsNameFlags(t *testing.T) {
	cs := addControls(&cobra.Command{})
	for i := range cs.table {
		control := &cs.table[i]
		for _, raw := range []string{`{}`, `"no such"`, `1e300`, `-1e300`, `0.5`, `[]`, `[0.5]`, `[-1]`} {
			_, _, e := cs.table.Apply(cs.table.Defaults(), map[string]json.RawMessage{control.Name: json.RawMessage(raw)})
			if e == nil {
				continue
			}
			if reason, named := e.Naming(func(id string) string { return "--" + id }); !named || e.Control != control.Name {
				t.Errorf("%s %s: %q does not name it", control.Name, raw, reason)
			}
		}
	}
}

// A control that the chosen settings do not use is told, and no other; the training goes on.
func TestFlagsWithoutEffectAreTold(t *testing.T) {
	for args, want := range map[string]string{
		"--beta 0.3":                              "--beta has no effect with --loss gaussian_nll; it is used with beta_nll",
		"--beta 0.3 --loss beta-nll":              "",
		"--df 3 --loss mse":                       "--df has no effect with --loss mse; it is used with student_t_nll",
		"--min-variance 1e-3":                     "--min-variance has no effect with --variance exp; it is used with softplus",
		"--momentum 0.5 --optimizer sgd":          "",
		"--equation-points 10":                    "--equation-points has no effect: it needs --equation",
		"--schedule-steps 100 --schedule cosine":  "",
		"--schedule-gamma 0.2 --schedule cosine":  "--schedule-gamma has no effect with --schedule cosine; it is used with step or exponential",
		"--lr 0.01 --eps 1e-3 --full --decay 0.1": "",
	} {
		r := program(t, "", append([]string{"train", "--data", "mcycle", "--steps", "5"}, strings.Fields(args)...)...)
		told := ""
		if want != "" {
			told = "gnllviz: warning: " + want + "\n"
		}
		if r.status != 0 || !wording.Is(r.stderr, told) {
			t.Errorf("%s: status %d, %q; want %q", args, r.status, r.stderr, told)
		}
	}
}
