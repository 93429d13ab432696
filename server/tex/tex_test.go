package tex

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"
)

func TestMathML(t *testing.T) {
	for tex, want := range map[string]string{
		``:                 ``,
		`x`:                `<mi>x</mi>`,
		`0.01 x`:           `<mn>0.01</mn><mi>x</mi>`,
		`-1`:               `<mo form="prefix">−</mo><mn>1</mn>`,
		`a - 1`:            `<mi>a</mi><mo>−</mo><mn>1</mn>`,
		`(-1)`:             `<mo stretchy="false">(</mo><mo form="prefix">−</mo><mn>1</mn><mo stretchy="false">)</mo>`,
		`\sigma^{2\beta}`:  `<msup><mi>σ</mi><mrow><mn>2</mn><mi>β</mi></mrow></msup>`,
		`\eta_1^2`:         `<msubsup><mi>η</mi><mn>1</mn><mn>2</mn></msubsup>`,
		`{(y - \mu)}^2`:    `<msup><mrow><mo stretchy="false">(</mo><mi>y</mi><mo>−</mo><mi>μ</mi><mo stretchy="false">)</mo></mrow><mn>2</mn></msup>`,
		`\frac{1}{2} x`:    `<mfrac><mn>1</mn><mn>2</mn></mfrac><mspace width="0.15em"></mspace><mi>x</mi>`,
		`\frac{a}{b} + c`:  `<mfrac><mi>a</mi><mi>b</mi></mfrac><mo stretchy="false">+</mo><mi>c</mi>`,
		`\log x`:           `<mi>log</mi><mspace width="0.15em"></mspace><mi>x</mi>`,
		`\Phi`:             `<mi mathvariant="normal">Φ</mi>`,
		`a < b`:            `<mi>a</mi><mo stretchy="false">&lt;</mo><mi>b</mi>`,
		`\sum_i x_i`:       `<munder><mo movablelimits="false">∑</mo><mi>i</mi></munder><msub><mi>x</mi><mi>i</mi></msub>`,
		`\text{for any} x`: "<mtext>for\u00a0any</mtext><mi>x</mi>",
		`\left(x\right)`:   `<mrow><mo form="prefix" stretchy="true">(</mo><mi>x</mi><mo form="postfix" stretchy="true">)</mo></mrow>`,
		`x \left[`:         `<mi>x</mi><mo form="prefix" stretchy="true">[</mo>`, // the other half is elsewhere
		`\right]`:          `<mo form="postfix" stretchy="true">]</mo>`,
		`\class{c}{x}`:     `<mrow class="c"><mi>x</mi></mrow>`,
		`\hat{m}`:          `<mover><mi>m</mi><mo stretchy="false">^</mo></mover>`,
		`\log (x)`:         `<mi>log</mi><mo stretchy="false">(</mo><mi>x</mi><mo stretchy="false">)</mo>`,
		`\# \{i\}`:         `<mo stretchy="false">#</mo><mo stretchy="false">{</mo><mi>i</mi><mo stretchy="false">}</mo>`,
		`\sigma_i^{*2}`:    `<msubsup><mi>σ</mi><mi>i</mi><mrow><mo>∗</mo><mn>2</mn></mrow></msubsup>`,
		`\int_0^1`:         `<msubsup><mo>∫</mo><mn>0</mn><mn>1</mn></msubsup>`,
		`\norm{g}`:         `<mrow><mo stretchy="true">‖</mo><mi>g</mi><mo stretchy="true">‖</mo></mrow>`,
		`\sqrt{v}`:         `<msqrt><mi>v</mi></msqrt>`,
	} {
		got, err := MathML(tex)
		if err != nil || got != want {
			t.Errorf("%s is\n%s, not\n%s (%v)", tex, got, want, err)
		}
	}
	if got, err := Math(`a \\ b`); err != nil || got != `<math displaystyle="true"><mi>a</mi></math> <math displaystyle="true"><mi>b</mi></math>` {
		t.Errorf("two statements are %s, %v", got, err)
	}
}

func TestWhatIsNotUnderstood(t *testing.T) {
	for _, tex := range []string{`\unknown`, `{x`, `x}`, `\frac{a}`, `x^`, `x^a^b`, `_`, `\text`, `\left`, `\left\{`, `"`, `\`, `\\`} {
		if got, err := MathML(tex); err == nil {
			t.Errorf("%s is %s, %v", tex, got, err)
		}
	}
}

// Whatever the text, it is refused or well-formed.
func FuzzMathML(f *testing.F) {
	for _, s := range []string{`\frac{1}{2} \left(x_1^2\right)`, `\text{a<b}`, `\class{"}{x}`, `{{}}^{}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out, err := MathML(s)
		if err != nil {
			return
		}
		for d := xml.NewDecoder(strings.NewReader("<math>" + out + "</math>")); ; {
			if _, err := d.Token(); err == io.EOF {
				return
			} else if err != nil {
				t.Fatalf("%q is %s: %v", s, out, err)
			}
		}
	})
}
