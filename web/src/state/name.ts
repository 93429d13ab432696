const KEY = 'gnllviz.name'

/** What this browser's user wants to be called where others see it; empty: by a colour. */
export function rememberedName(): string {
  try {
    return localStorage.getItem(KEY) ?? ''
  } catch {
    return '' // storage can be forbidden
  }
}

export function rememberName(name: string): void {
  try {
    if (name === '') localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, name)
  } catch {
    // Storage can be forbidden; then the name holds for this page only.
  }
}
