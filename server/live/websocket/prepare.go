package websocket

import "github.com/gorilla/websocket"

// Prepare makes what is sent of a message that goes to many viewers: its bytes,
// framed once. Where that fails it returns nil, and each viewer's is framed for
// itself.
func Prepare(binary bool, data []byte) any {
	m, err := websocket.NewPreparedMessage(kindOf(binary), data)
	if err != nil {
		return nil
	}
	return m
}

func kindOf(binary bool) int {
	if binary {
		return websocket.BinaryMessage
	}
	return websocket.TextMessage
}
