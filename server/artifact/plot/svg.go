//go:build !lean

package plot

import (
	"bytes"
	"encoding/xml"
	"regexp"
)

var (
	opening = regexp.MustCompile(`<svg ([^>]*)>`)
	family  = regexp.MustCompile(`font-family:Liberation [^;"]*`)
)

// described gives a drawing what gonum's has not: a title and a description for
// whoever cannot see it, and fonts that every reader has one of. Liberation Sans is
// as wide as Arial and Helvetica, letter by letter.
func described(svg []byte, title, description string) []byte {
	svg = family.ReplaceAll(svg, []byte("font-family:Arial,Helvetica,'Liberation Sans',sans-serif"))
	at := opening.FindSubmatchIndex(svg)
	if at == nil {
		return svg
	}
	var b bytes.Buffer
	b.Write(svg[:at[0]])
	b.WriteString(`<svg role="img" aria-labelledby="gnllviz-title gnllviz-description" `)
	b.Write(svg[at[2]:at[3]])
	b.WriteString(">\n<title id=\"gnllviz-title\">")
	escape(&b, title)
	b.WriteString("</title>\n<desc id=\"gnllviz-description\">")
	escape(&b, description)
	b.WriteString("</desc>")
	b.Write(svg[at[1]:])
	return b.Bytes()
}

func escape(b *bytes.Buffer, s string) { _ = xml.EscapeText(b, []byte(s)) } // a buffer takes everything
