import './webawesome'
import './panels/embed'
import { open } from './open'

const page = document.querySelector('gnll-embed')
if (!page) throw new Error('the page has no gnll-embed')
void open(page)
