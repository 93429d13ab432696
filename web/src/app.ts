// What the page consists of, each part an element.
import './webawesome'
import './panels/app'
