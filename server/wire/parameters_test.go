package wire

import (
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire/wording"
)

func TestParameters(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "",
		" mu = 1 : learned ; k=400 ": "mu=1:learned, k=400",
		"k=-0:fixed":                 "k=0",
		"a=1e-3:learned,":            "a=0.001:learned",
		"_b2=.5,":                    "_b2=0.5",
	} {
		p, err := ParseParameters(text)
		if err != nil || p.String() != want {
			t.Errorf("%q is %q (%v), want %q", text, p, err, want)
		}
		again, err := ParseParameters(p.String())
		if err != nil || again.String() != p.String() {
			t.Errorf("%q came back as %q (%v)", p, again, err)
		}
	}
	for text, why := range map[string]string{
		"mu":                           "has no value",
		"mu=":                          "not a number",
		"mu=one":                       "not a number",
		"mu=NaN":                       "not a number",
		"mu=1e39":                      "too large",
		"mu=1:free":                    "neither learned nor fixed",
		"2mu=1":                        "name",
		"größe=1":                      "name",
		"a=1, a=2":                     "two parameters are called a",
		strings.Repeat("a", 41) + "=1": "name",
		"a=1,b=1,c=1,d=1,e=1,f=1,g=1,h=1,i=1,j=1,k=1,l=1,m=1,n=1,o=1,p=1,q=1": "17 parameters",
	} {
		if p, err := ParseParameters(text); err == nil || !wording.Has(err.Error(), why) {
			t.Errorf("%q is %q (%v), want an error that says %q", text, p, err, why)
		}
	}
}
