package wire

import "testing"

func TestNearestIsWhatWasMeant(t *testing.T) {
	words := []string{"try", "title", "watch", "lr", "eps", "variance-decay", "decay"}
	for word, want := range map[string]string{
		"trry": "try", "tytle": "title", "wacht": "watch", "variance-deacy": "variance-decay", "dekay": "decay", "esp": "eps",
		"summary": "", "x": "", "": "", "no": "", "foo": "",
	} {
		if got := Nearest(word, words); got != want {
			t.Errorf("%q may be %q, want %q", word, got, want)
		}
	}
}
