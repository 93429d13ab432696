package wire

// mostWrong is how many letters of a word may be wrong for it to be taken for another.
const mostWrong = 2

// Nearest returns the one of some words that a word which is none of them was probably to
// be, or nothing: the one that the fewest letters tell from it, at most two and less than
// half of them.
func Nearest(word string, among []string) string {
	best, least := "", min(mostWrong, (len(word)-1)/2)+1
	for _, other := range among {
		if d := distance(word, other); d < least {
			best, least = other, d
		}
	}
	return best
}

// distance returns how many letters must be put in, left out, changed, or swapped with the
// next one to make one word of the other.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			change := rows[i-1][j-1]
			if x[i-1] != y[j-1] {
				change++
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, change)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}
