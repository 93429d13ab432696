import './webawesome'
import './components/embed'
import { open } from './open'

const page = document.querySelector('gnll-embed')
if (!page) throw new Error('the page has no gnll-embed')
void open(page)
