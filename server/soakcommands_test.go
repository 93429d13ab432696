//go:build long

package server

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// anyCommand returns a command, with %d for its id; if it is about a lane, about
// this one. One in a dozen or two begins a new generation, and some are refused, as nobody
// knows which rows there are and what there is to undo.
func anyCommand(chance *rand.Rand, id int) string {
	pick := func(choices ...string) string { return choices[chance.IntN(len(choices))] }
	f := func(lo, hi float64) float64 { return lo + (hi-lo)*chance.Float64() }
	n := chance.IntN
	lane := func() string {
		if n(2) == 0 {
			return ""
		}
		return fmt.Sprintf(`,"lane":%d`, id)
	}
	kind, rest := "", ""
	switch p := n(100); {
	case p < 35:
		kind, rest = "change", lane()+`,"set":{`+pick(
			fmt.Sprintf(`"eps":%g`, f(0, 0.01)),
			fmt.Sprintf(`"lr":%g`, f(0.0001, 0.02)),
			fmt.Sprintf(`"batch":%d`, 1+n(256)),
			fmt.Sprintf(`"noise":%g`, f(0, 100)),
			fmt.Sprintf(`"optimizer":%q`, pick("adam", "adamw", "sgd", "rmsprop")),
			fmt.Sprintf(`"loss":%q`, pick("gaussian_nll", "beta_nll", "crps", "mse")),
			fmt.Sprintf(`"full":%v,"reduction":%q`, n(2) == 0, pick("mean", "sum")),
			fmt.Sprintf(`"speed":%q`, pick("max", "max", "300")),
			fmt.Sprintf(`"acquire_every":%d`, n(2)*(50+n(200))),
		)+"}"
	case p < 38:
		kind, rest = "change", lane()+`,"set":{`+pick(
			fmt.Sprintf(`"hidden":[%d,%d]`, 1+n(64), 1+n(64)),
			fmt.Sprintf(`"members":%d`, 1+n(3)),
			fmt.Sprintf(`"dataset":%q`, pick("mcycle", "sine")),
			fmt.Sprintf(`"seed":%d,"pool":%d`, n(1000), n(2)*30),
			fmt.Sprintf(`"activation":%q`, pick("tanh", "relu", "gelu")),
			fmt.Sprintf(`"head":%q`, pick("exp", "softplus", "homoscedastic")),
		)+"}"
	case p < 44:
		kind = "lane_add"
	case p < 49:
		kind, rest = "lane_remove", fmt.Sprintf(`,"lane":%d`, id)
	case p < 51:
		kind, rest = "lane_edit", fmt.Sprintf(`,"lane":%d,"name":"lane %d","colour":%d`, id, n(100), n(12))
	case p < 58:
		kind = "undo"
	case p < 62:
		kind = "redo"
	case p < 70:
		rows := make([]string, 1+n(5))
		for i := range rows {
			rows[i] = fmt.Sprintf(`{"x":[%g],"y":%g,"test":%v}`, f(0, 60), f(-100, 60), n(5) == 0)
		}
		kind, rest = "edit", `,"add":[`+strings.Join(rows, ",")+"]"
	case p < 75:
		kind, rest = "edit", fmt.Sprintf(`,"move":[{"row":%d,"x":[%g],"y":%g}]`, n(400), f(0, 60), f(-100, 60))
	case p < 79:
		kind, rest = "edit", fmt.Sprintf(`,"erase":[%d]`, n(400))
	case p < 81:
		kind, rest = "acquire", fmt.Sprintf(`,"count":%d`, 1+n(5))
	case p < 82:
		kind, rest = "data", `,"data":`+pick(
			fmt.Sprintf(`{"formula":{"mean":"sin(x)","std":"0.1+0.05*abs(x)","from":-3,"to":3,"rows":%d}}`, 20+n(300)),
			`{"csv":{"text":"x,y\n1,2\n2,3\n3,5\n4,4\n5,7\n6,6\n7,9\n8,8\n","target":"y"}}`,
		)
	case p < 83:
		kind, rest = "begin", fmt.Sprintf(`,"title":"t","set":{"dataset":%q,"speed":"max","seed":%d},"lanes":[{},{"controls":{"loss":"beta_nll"}}]`, pick("mcycle", "sine"), n(1000))
	case p < 84:
		kind = "reset"
		if n(2) == 0 {
			rest = `,"rows":true`
		}
	case p < 87:
		kind, rest = "return", fmt.Sprintf(`,"step":%d`, n(2000))
	case p < 90:
		kind = "restore"
	case p < 96:
		kind = "play"
	case p < 97:
		kind = "pause"
	case p < 98:
		if kind = pick("step", "epoch"); kind == "step" {
			rest = fmt.Sprintf(`,"steps":%d`, 1+n(500))
		}
	case p < 99:
		kind, rest = "until", fmt.Sprintf(`,"plateau":%d`, 100+n(1000))
	default:
		kind, rest = "watch", fmt.Sprintf(`,"frames":%v`, n(2) == 0)
	}
	return `{"type":"` + kind + `","id":%d` + rest + "}"
}
