//go:build !lean

package plot

import (
	"image/color"
	"math"
)

// ramp is the colour of a position from 0 to 1: blue over green to yellow, as the
// page's maps of means have it. Lightness grows evenly along it, so that equal steps
// look equal and eyes that do not tell hues apart still see which is more.
func ramp(t float64) color.RGBA {
	between := func(from, to, share float64) float64 { return from + share*(to-from) }
	chroma := between(0.13, 0.11, 2*t)
	if t > 0.5 {
		chroma = between(0.11, 0.16, 2*t-1)
	}
	return fromOKLCH(between(0.3, 0.93, t), chroma, between(282, 106, t))
}

// fromOKLCH turns lightness and chroma, from 0 to 1, and a hue in degrees into sRGB;
// what a screen cannot show is cut off (Ottosson 2020, "A perceptual color space for
// image processing").
func fromOKLCH(l, c, hue float64) color.RGBA {
	sin, cos := math.Sincos(hue * math.Pi / 180)
	a, b := c*cos, c*sin
	cube := func(v float64) float64 { return v * v * v }
	long := cube(l + 0.3963377774*a + 0.2158037573*b)
	medium := cube(l - 0.1055613458*a - 0.0638541728*b)
	short := cube(l - 0.0894841775*a - 1.291485548*b)
	mix := func(x, y, z float64) uint8 {
		v := min(max(x*long+y*medium+z*short, 0), 1)
		if v <= 0.0031308 {
			return uint8(math.Round(255 * 12.92 * v))
		}
		return uint8(math.Round(255 * (1.055*math.Pow(v, 1/2.4) - 0.055)))
	}
	return color.RGBA{
		mix(4.0767416621, -3.3077115913, 0.2309699292),
		mix(-1.2684380046, 2.6097574011, -0.3413193965),
		mix(-0.0041960863, -0.7034186147, 1.707614701),
		0xff,
	}
}

// bright says whether words on a colour are to be dark.
func bright(c color.RGBA) bool {
	return 0.299*float64(c.R)+0.587*float64(c.G)+0.114*float64(c.B) >= 128
}
