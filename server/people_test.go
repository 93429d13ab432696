package server

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/wire"
)

// ask has a copy of a run made by whoever has that key of it.
func askCopy(t *testing.T, addr, of, key, more string, status int, into any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+addr+"/api/runs", strings.NewReader(fmt.Sprintf(`{"from":%q%s}`, of, more)))
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		r.Header.Set(access.KeyHeader, key)
	}
	send(t, r, status, into)
}

// Over websockets: who presents is told who watches and who changed what, and whoever
// watches where the presenter looks, and that there is nobody any more.
func TestPeopleOverAWebsocket(t *testing.T) {
	addr, _ := serve(t, Config{})
	var x made
	call(t, "POST", "http://"+addr+"/api/runs", `{"paused":true,"lanes":[{"name":"A"},{"name":"B"}]}`, http.StatusCreated, &x)
	presenter, student := dial(t, addr, x.ID), dial(t, addr, x.ID)
	presenter.send(fmt.Sprintf(`{"type":"hello","key":%q}`, x.Key))
	var me, you wire.WelcomeMessage
	presenter.await(&me, "welcome")
	student.send(`{"type":"hello"}`)
	student.await(&you, "welcome")
	if me.You.Person == you.You.Person || !me.Steer || you.Steer {
		t.Errorf("welcomed as %+v and %+v", me, you)
	}
	var viewers wire.ViewersMessage
	for viewers.Watching != 1 {
		presenter.await(&viewers, "viewers")
	}

	// Names: hostile ones are refused by name of the field, and nothing of them continues.
	var refused wire.ErrorMessage
	for i, name := range []string{`<img src=x onerror=alert(1)>`, strings.Repeat("x", 33), `\u202eevil`, `a\nb`, `\u0000`, `A\u0301\u0301\u0301\u0301\u0301`} {
		student.send(fmt.Sprintf(`{"type":"watch","id":%d,"name":"%s"}`, i+1, name))
		student.await(&refused, "error")
		if refused.ID != uint32(i+1) || refused.Code != wire.OutOfRange || refused.Field != "name" {
			t.Errorf("%s: %+v", name, refused)
		}
	}
	var ack wire.Ack
	student.send(`{"type":"watch","id":20,"name":" Ada "}`)
	student.await(&ack, "ack")
	for len(viewers.Named) == 0 {
		presenter.await(&viewers, "viewers")
	}
	if n := viewers.Named[0]; n.Name != "Ada" || n.Person != you.You.Person || n.Colour != you.You.Colour {
		t.Errorf("named: %+v", viewers.Named)
	}

	// Who watches presents nothing.
	student.send(`{"type":"watch","id":21,"presents":{"lane":1}}`)
	if student.await(&refused, "error"); refused.Code != wire.ReadOnly {
		t.Errorf("a student presents: %+v", refused)
	}
	presenter.send(`{"type":"watch","id":1,"presents":{"lane":1,"step":0,"view":"panel:residual~later:unknown"}}`)
	presenter.await(&ack, "ack")
	var view wire.ViewMessage
	student.await(&view, "view")
	if !view.Here || view.Lane != 1 || view.Step == nil || *view.Step != 0 || view.View != "panel:residual~later:unknown" {
		t.Errorf("shown %+v", view)
	}

	// A change by somebody else, once all may.
	presenter.send(`{"type":"open","id":2,"open":true}`)
	var open wire.OpenMessage
	if student.await(&open, "open"); !open.Open {
		t.Error("it was not opened")
	}
	student.send(`{"type":"change","id":22,"lane":1,"set":{"eps":0.01}}`)
	var change wire.ChangeMessage
	presenter.await(&change, "change")
	if by := change.Change.By; by == nil || by.Name != "Ada" || by.Person != you.You.Person {
		t.Errorf("changed by %+v", by)
	}
	presenter.send(fmt.Sprintf(`{"type":"undo","id":3,"revision":%d}`, change.Change.Revision))
	var state wire.RunMessage
	presenter.await(&state, "run")
	if eps := state.Lanes[1].Controls["eps"]; eps == 0.01 {
		t.Errorf("after an undo eps is %v", eps)
	}
	presenter.conn.Close()
	for view.Here {
		student.await(&view, "view")
	}
	var after wire.RunMessage
	call(t, "GET", "http://"+addr+"/api/runs/"+x.ID+"/state", "", http.StatusOK, &after)
	if len(after.Lanes) != 2 {
		t.Errorf("the run has %d lanes", len(after.Lanes))
	}
}

// A run can be copied by whoever sees all of it, with lanes, lesson, seed and step; the
// copy is theirs alone.
func TestRunIsCopied(t *testing.T) {
	addr, _ := serve(t, Config{})
	var x, mine made
	call(t, "POST", "http://"+addr+"/api/runs", `{"paused":true,"title":"What eps does","lesson":"what-eps-does","dataset":"sine","seed":9,"lanes":[{"name":"A"},{"name":"B","controls":{"eps":0.01}},{"name":"C","controls":{"loss":"beta_nll"}}]}`, http.StatusCreated, &x)
	steer(t, addr, x, `{"type":"step","steps":30}`, http.StatusOK, nil)
	var of wire.RunMessage
	for of.Step != 30 {
		call(t, "GET", "http://"+addr+"/api/runs/"+x.ID+"/state", "", http.StatusOK, &of)
	}
	askCopy(t, addr, x.ID, "", "", http.StatusCreated, &mine)
	if mine.ID == x.ID || mine.Key == "" || mine.Key == x.Key || mine.Step != 30 || len(mine.Lanes) != 3 || mine.State != wire.Paused {
		t.Errorf("copied as %+v", mine)
	}
	var copied wire.RunMessage
	call(t, "GET", "http://"+addr+"/api/runs/"+mine.ID+"/state", "", http.StatusOK, &copied)
	if copied.Lesson != "what-eps-does" || copied.Title != of.Title || copied.Controls["seed"] != 9.0 || copied.Lanes[1].Controls["eps"] != 0.01 {
		t.Errorf("copied: %+v", copied)
	}
	predict := func(id string, lane int) (p struct{ Mean, Std []float64 }) {
		call(t, "GET", fmt.Sprintf("http://%s/api/runs/%s/predict?lane=%d&x=0.5&x=2", addr, id, lane), "", http.StatusOK, &p)
		return p
	}
	for lane := range 3 {
		if a, b := predict(x.ID, lane), predict(mine.ID, lane); !slices.Equal(a.Mean, b.Mean) || !slices.Equal(a.Std, b.Std) {
			t.Errorf("lane %d predicts %v, its copy %v", lane, a, b)
		}
	}
	// The keys are each their own run's.
	steer(t, addr, made{Summary: wire.Summary{ID: x.ID}, Key: mine.Key}, `{"type":"reset"}`, http.StatusForbidden, nil)
	steer(t, addr, mine, `{"type":"reset"}`, http.StatusOK, nil)
	if call(t, "GET", "http://"+addr+"/api/runs/"+x.ID+"/state", "", http.StatusOK, &of); of.Step != 30 {
		t.Errorf("the original is at step %d", of.Step)
	}
	askCopy(t, addr, x.ID, "", `,"paused":true`, http.StatusCreated, nil)
	for more, status := range map[string]int{`,"eps":0.1`: 400, `,"seed":1,"paused":true`: 400, `,"recipe":null`: 400} {
		askCopy(t, addr, x.ID, "", more, status, nil)
	}
	askCopy(t, addr, "aaaaaaaaaaaaaaaa", "", "", http.StatusNotFound, nil)
	askCopy(t, addr, "../../etc/passwd", "", "", http.StatusNotFound, nil)
	r, err := http.NewRequestWithContext(t.Context(), "PUT", "http://"+addr+"/api/runs/"+mine.ID, strings.NewReader(fmt.Sprintf(`{"from":%q}`, x.ID)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(access.KeyHeader, mine.Key)
	send(t, r, http.StatusUnprocessableEntity, nil)
}

// Rows that not all who watch may have are copied with the key alone.
func TestPrivateRunIsNotCopied(t *testing.T) {
	addr, _ := serve(t, Config{})
	table := newPrivateTable(5000)
	var x, copied made
	call(t, "POST", "http://"+addr+"/api/runs", string(wire.Encode(map[string]any{"paused": true, "data": table.spec()})), http.StatusCreated, &x)
	var told problemDocument
	askCopy(t, addr, x.ID, "", "", http.StatusForbidden, &told)
	askCopy(t, addr, x.ID, access.NewKey(), "", http.StatusForbidden, nil)
	if strings.Contains(told.Detail, "Zebulon") {
		t.Error(told.Detail)
	}
	askCopy(t, addr, x.ID, x.Key, "", http.StatusCreated, &copied)
	// Nor does the copy give them to anybody else.
	askCopy(t, addr, copied.ID, "", "", http.StatusForbidden, nil)
	// Few rows that a page shows as they are anybody may have.
	few := newPrivateTable(100)
	call(t, "POST", "http://"+addr+"/api/runs", string(wire.Encode(map[string]any{"paused": true, "data": few.spec()})), http.StatusCreated, &x)
	var state wire.RunMessage
	askCopy(t, addr, x.ID, "", "", http.StatusCreated, &copied)
	if call(t, "GET", "http://"+addr+"/api/runs/"+copied.ID+"/state", "", http.StatusOK, &state); len(state.Data.Y) != 100 {
		t.Errorf("the copy has %d rows", len(state.Data.Y))
	}
	if leak := few.leaks(wire.Encode(state)); leak != "" {
		t.Errorf("the copy's state has %s", leak)
	}
}
