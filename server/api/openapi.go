package api

import (
	_ "embed"
	"encoding/json"
)

// The description of the API is made of its operations, of Go's types and their
// comments when the program is generated, not when it runs.
//
//go:generate go test -run ^TestDescriptionIsCurrent$ . -args -update

//go:embed commands.json
var commandsJSON []byte

// A Command is what the documentation says of one.
type Command struct {
	Name    string `json:"name"`
	Help    string `json:"help"`    // in the words of its type's comment
	Example string `json:"example"` // empty of one that is a websocket's alone
}

// Commands returns what there is to say of each command.
func Commands() []Command {
	var list []Command
	if err := json.Unmarshal(commandsJSON, &list); err != nil {
		panic("api: reading the commands: " + err.Error()) // they are part of the program
	}
	return list
}

// The names of the security schemes.
const (
	tokenScheme  = "token"
	cookieScheme = "cookie"
	keyScheme    = "runKey"
)

// The schemas that are made from the table of controls.
const (
	controlsSchema     = "Controls"
	runControlsSchema  = "RunControls"
	laneControlsSchema = "LaneControls"
	orderSchema        = "Order"
	sweepSchema        = "SweepOrder"
	nameSchema         = "RunName"
	commandSchema      = "Command"
)
