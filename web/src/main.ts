import { open } from './open'

/** The page's parts, which are by far the most of it, come while the run is asked for. */
async function app(): Promise<HTMLElementTagNameMap['gnll-app']> {
  await import('./app')
  const app = document.querySelector('gnll-app')
  if (!app) throw new Error('the page has no gnll-app')
  return app
}

void open(app())
