package wire

import (
	"encoding/json"
	"errors"
)

// AsError keeps a nil refusal from becoming an error that is not nil.
func AsError(refused *ErrorMessage) error {
	if refused == nil {
		return nil
	}
	return refused
}

// AsRefusal makes a refusal of an error, whatever it is. Where the error knows a field
// of its own, as that of a formula does, the refusal names it.
func AsRefusal(err error) *ErrorMessage {
	var refused *ErrorMessage
	if errors.As(err, &refused) {
		return refused
	}
	refused = Refuse(BadValue, "", "%v", err)
	var of interface{ Field() string }
	if errors.As(err, &of) {
		refused.Field = of.Field()
	}
	return refused
}

// AsBadData makes a refusal of what was wrong with rows.
func AsBadData(err error) *ErrorMessage {
	e := AsRefusal(err)
	if e.Code == BadValue {
		e.Code = BadData
	}
	return e
}

// Encode marshals one of our own values, which cannot fail: they hold numbers, strings
// and Numbers.
func Encode(m any) []byte {
	b, err := json.Marshal(m)
	if err != nil {
		panic("wire: encoding a message: " + err.Error())
	}
	return b
}
