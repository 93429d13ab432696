// What the page consists of within another one, each part an element.
import './webawesome'
import './panels/embed'
