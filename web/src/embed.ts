import { open } from './open'

/** As in main.ts. */
async function page(): Promise<HTMLElementTagNameMap['gnll-embed']> {
  await import('./embedded')
  const page = document.querySelector('gnll-embed')
  if (!page) throw new Error('the page has no gnll-embed')
  return page
}

void open(page())
