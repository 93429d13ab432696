/** Whether a name leads to the machine itself, whatever machine that is. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}

/** The same page at another address of its machine. */
export function pageAt(page: URL, address: string, port: string): string {
  const at = new URL(page)
  at.hostname = address.includes(':') ? `[${address}]` : address
  at.port = port
  return at.href
}
