import './webawesome'
import './panels/app'
import { open } from './open'

const app = document.querySelector('gnll-app')
if (!app) throw new Error('the page has no gnll-app')
void open(app)
