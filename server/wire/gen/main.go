// Command gen writes the TypeScript side of package wire: its messages as
// interfaces, its constants as constants, so that the page cannot disagree with
// the server; and beside it the formulas of the losses.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/gnllviz/gnllviz/server/wire"
)

func main() {
	log.SetFlags(0)
	out := flag.String("o", "", "folder to write wire.ts and losses.ts into")
	flag.Parse()
	if err := os.MkdirAll(*out, 0o755); err != nil {
		log.Fatal(err)
	}
	for name, text := range map[string][]byte{"wire.ts": generate(), "losses.ts": losses()} {
		if err := os.WriteFile(filepath.Join(*out, name), text, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// A message type and the value of its "type" field, if it has one.
type message struct {
	of  any
	tag string
}

func generate() []byte {
	var b bytes.Buffer
	b.WriteString("// Code generated from package server/wire by `go generate ./server/wire`. DO NOT EDIT.\n\n")
	constant := func(name string, v any) {
		j, err := json.Marshal(v)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Fprintf(&b, "export const %s = %s as const\n", name, j)
	}
	constant("SUBPROTOCOL", wire.Subprotocol)
	constant("ALIVE_SECONDS", wire.AliveSeconds)
	constant("FRAME_HEADER_SIZE", wire.FrameHeaderSize)
	constant("FRAME_KIND", map[string]wire.FrameKind{
		"grid": wire.FrameGrid, "truth": wire.FrameTruth, "fit": wire.FrameFit, "rows": wire.FrameRows, "calibration": wire.FrameCalibration, "pit": wire.FramePIT, "residual": wire.FrameResidual,
		"targets": wire.FrameTargets, "targetRows": wire.FrameTargetRows, "targetScores": wire.FrameTargetScores, "targetTruth": wire.FrameTargetTruth, "average": wire.FrameAverage,
	})
	constant("SCALARS", wire.Scalars)
	constant("TARGET_SCORES", wire.TargetScores)
	constant("VERDICTS", wire.Verdicts)
	constant("POINT_COLUMNS", wire.PointColumns)
	constant("MAX_STEPS", wire.MaxSteps)
	constant("MAX_LAYERS", wire.MaxLayers)
	constant("MAX_LANES", wire.MaxLanes)
	constant("MAX_COLOURS", wire.MaxColours)
	constant("MAX_PERSON_NAME", wire.MaxPersonName)
	constant("OWN_DATA", wire.OwnData)
	constant("AUTO", wire.Auto)
	constant("BENT_ACTIVATIONS", wire.BentActivations())
	table := map[string]any{}
	for _, f := range wire.Figures() {
		table[f.ID] = f
	}
	constant("FIGURES", table)
	table = map[string]any{}
	for _, c := range wire.Charts() {
		table[c.ID] = c
	}
	constant("CHARTS", table)
	constant("TARGET_UNIT", wire.TargetUnit)
	constant("PICTURE", wire.Pictures())
	b.WriteString("\nexport type Scalar = (typeof SCALARS)[number]\n")

	union := func(name string, values ...any) {
		s := make([]string, len(values))
		for i, v := range values {
			s[i] = fmt.Sprintf("'%v'", v)
		}
		fmt.Fprintf(&b, "export type %s = %s\n", name, strings.Join(s, " | "))
	}
	union("State", wire.Playing, wire.Paused, wire.Idle, wire.Diverged)
	union("ControlKind", wire.KindNumber, wire.KindInteger, wire.KindSwitch, wire.KindChoice, wire.KindLayers, wire.KindText)
	union("ErrorCode", wire.BadMessage, wire.UnknownCommand, wire.MissingField, wire.UnknownControl,
		wire.BadValue, wire.OutOfRange, wire.BadState, wire.UnknownLane, wire.BadData, wire.TooMuch, wire.ReadOnly, wire.NotStored)
	union("ChangeKind", wire.ControlChange, wire.LaneChange, wire.DataChange, wire.WeightsChange, wire.BeginChange, wire.UndoChange, wire.RedoChange)
	union("TroubleKind", wire.TroubleNotFinite, wire.TroubleLoss, wire.TroubleMean, wire.TroubleVariance, wire.TroubleConstant, wire.TroubleUnits)
	union("Better", wire.BetterLower, wire.BetterHigher, wire.BetterNear, wire.BetterNone)
	b.WriteString("export type FigureID = keyof typeof FIGURES\n")
	b.WriteString("export type ChartID = keyof typeof CHARTS\n")
	b.WriteString("export type ControlValue = number | boolean | string | readonly number[]\n")
	b.WriteString("/** Not finite numbers are null. The members are POINT_COLUMNS. */\n")
	b.WriteString("export type Point = readonly (number | null)[]\n")

	server := []message{
		{wire.WelcomeMessage{}, "welcome"},
		{wire.RunMessage{}, "run"},
		{wire.LanesMessage{}, "lanes"},
		{wire.DataMessage{}, "data"},
		{wire.ChangeMessage{}, "change"},
		{wire.StateMessage{}, "state"},
		{wire.OpenMessage{}, "open"},
		{wire.ViewMessage{}, "view"},
		{wire.ViewersMessage{}, "viewers"},
		{wire.HistoryMessage{}, "history"},
		{wire.GapMessage{}, "gap"},
		{wire.AliveMessage{}, "alive"},
		{wire.Ack{}, "ack"},
		{wire.ErrorMessage{}, "error"},
	}
	var client []message
	for _, t := range wire.CommandTypes() {
		client = append(client, message{reflect.ValueOf(t.New()).Elem().Interface(), t.Name})
	}
	parts := []message{
		{wire.Data{}, ""},
		{wire.TargetData{}, ""},
		{wire.Drop{}, ""},
		{wire.LeftOut{}, ""},
		{wire.Column{}, ""},
		{wire.Lane{}, ""},
		{wire.Origin{}, ""},
		{wire.LaneParameter{}, ""},
		{wire.Equation{}, ""},
		{wire.InputSource{}, ""},
		{wire.TrueValue{}, ""},
		{wire.Moment{}, ""},
		{wire.Person{}, ""},
		{wire.PresentedView{}, ""},
		{wire.Change{}, ""},
		{wire.Goal{}, ""},
		{wire.Trouble{}, ""},
		{wire.ProbableCause{}, ""},
		{wire.ProbableEdit{}, ""},
		{wire.LaneSet{}, ""},
		{wire.NewRow{}, ""},
		{wire.MovedRow{}, ""},
		{wire.DataSpec{}, ""},
		{wire.LaneSpec{}, ""},
		{wire.FormulaSpec{}, ""},
		{wire.CSVSpec{}, ""},
		{wire.RowsSpec{}, ""},
		{wire.SourceColumn{}, ""},
		{wire.Figure{}, ""},
		{wire.Chart{}, ""},
		{wire.Option{}, ""},
		{wire.When{}, ""},
		{wire.Control{}, ""},
		{wire.Metrics{}, ""},
		{wire.SplitMetrics{}, ""},
		{wire.LaneSummary{}, ""},
		{wire.Summary{}, ""},
	}
	for _, m := range append(append(parts, server...), client...) {
		writeInterface(&b, m)
	}
	writeUnion(&b, "ServerMessage", server)
	writeUnion(&b, "Command", client)
	return b.Bytes()
}

func writeUnion(b *bytes.Buffer, name string, of []message) {
	names := make([]string, len(of))
	for i, m := range of {
		names[i] = reflect.TypeOf(m.of).Name()
	}
	fmt.Fprintf(b, "\nexport type %s = %s\n", name, strings.Join(names, " | "))
}

func writeInterface(b *bytes.Buffer, m message) {
	t := reflect.TypeOf(m.of)
	fmt.Fprintf(b, "\nexport interface %s {\n", t.Name())
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue // embedded, or not on the wire
		}
		typ := typeScript(f.Type)
		if name == "type" && m.tag != "" {
			typ = "'" + m.tag + "'"
		}
		if strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero") {
			name += "?"
		} else if _, command := t.FieldByName("Head"); f.Type.Kind() == reflect.Pointer && !command {
			typ += " | null" // a command that lacks it is refused
		}
		fmt.Fprintf(b, "  %s: %s\n", name, typ)
	}
	b.WriteString("}\n")
}

// typeScript names the TypeScript type of what encoding/json makes of t.
func typeScript(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[wire.Number]():
		return "number | null"
	case reflect.TypeFor[wire.State](), reflect.TypeFor[wire.ControlKind](), reflect.TypeFor[wire.ErrorCode](), reflect.TypeFor[wire.ChangeKind](), reflect.TypeFor[wire.Point](), reflect.TypeFor[wire.Better](), reflect.TypeFor[wire.TroubleKind]():
		return t.Name()
	case reflect.TypeFor[json.RawMessage]():
		return "ControlValue"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "boolean"
	case reflect.String:
		return "string"
	case reflect.Interface:
		return "ControlValue"
	case reflect.Struct:
		return t.Name()
	case reflect.Pointer:
		return typeScript(t.Elem())
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "string" // base64
		}
		return "ReadonlyArray<" + typeScript(t.Elem()) + ">"
	case reflect.Map:
		return "Record<string, " + typeScript(t.Elem()) + ">"
	}
	return "number"
}
