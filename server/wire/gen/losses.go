package main

import (
	"bytes"
	"fmt"
	"log"
	"strconv"
	"strings"

	"github.com/gnllviz/gnllviz/loss"
	"github.com/gnllviz/gnllviz/server/tex"
)

// losses writes the formulas of the losses as templates of the page. They are text of the
// program's own, so that the page has no HTML to trust that comes at run time.
func losses() []byte {
	var b bytes.Buffer
	b.WriteString(`// Code generated from package loss by ` + "`go generate ./server/wire`" + `. DO NOT EDIT.

import { mathml, type TemplateResult } from 'lit'
import type { Scalar } from './wire'

export interface LossTerm {
  /** What it is of: that decides its colour. */
  readonly kind: '` + loss.OfVariance + `' | '` + loss.OfResidual + `' | '` + loss.OfConstant + `'
  readonly body: TemplateResult
  readonly minus?: true
  /** Its present value on the training rows, where the server sends it. */
  readonly value?: Scalar
}

export interface LossFormula {
  /** What stands before the terms, and after them. */
  readonly open?: TemplateResult
  readonly close?: TemplateResult
  readonly terms: readonly LossTerm[]
  /** What its signs mean. */
  readonly note: string
}

/** What each loss makes of a row. */
export const LOSSES: Readonly<Record<string, LossFormula>> = {
`)
	for _, k := range loss.Kinds() {
		d := k.Descriptor()
		fmt.Fprintf(&b, "  %s: {\n", d.Name)
		if f := d.Formula; f.Open != "" {
			fmt.Fprintf(&b, "    open: %s,\n    close: %s,\n", template(f.Open), template(f.Close))
		}
		b.WriteString("    terms: [\n")
		for _, t := range d.Formula.Terms {
			fmt.Fprintf(&b, "      { kind: '%s', body: %s", t.Of, template(t.TeX))
			if t.Minus {
				b.WriteString(", minus: true")
			}
			if t.Figure != "" {
				fmt.Fprintf(&b, ", value: '%s'", t.Figure)
			}
			b.WriteString(" },\n")
		}
		fmt.Fprintf(&b, "    ],\n    note: %s,\n  },\n", strconv.Quote(d.Formula.Note))
	}
	b.WriteString("}\n")
	return b.Bytes()
}

// template returns a formula as a template of MathML.
func template(formula string) string {
	out, err := tex.MathML(formula)
	if err != nil {
		log.Fatal(err)
	}
	if strings.ContainsAny(out, "`\\$") {
		log.Fatalf("a template cannot hold %s", out)
	}
	return "mathml`" + out + "`"
}
