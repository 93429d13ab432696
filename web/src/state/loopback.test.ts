import { describe, expect, it } from 'vitest'
import { isLoopback, pageAt } from './loopback'

describe('a name', () => {
  it.each(['localhost', 'lab.localhost', '127.0.0.1', '127.0.1.1', '[::1]'])('leads to the machine itself: %s', (name) => {
    expect(isLoopback(name)).toBe(true)
  })
  it.each(['127.example', '127.0.0.1.example.org', 'localhost.example', '192.168.1.20', '[fe80::1]', 'lab.example', '1270.0.0.1'])('leads elsewhere: %s', (name) => {
    expect(isLoopback(name)).toBe(false)
  })
})

it('finds the page at another address', () => {
  const page = new URL('http://127.0.0.1:8080/r/abc#eps=0.1&key=k')
  expect(pageAt(page, '192.168.1.20', '8080')).toBe('http://192.168.1.20:8080/r/abc#eps=0.1&key=k')
  expect(pageAt(page, 'fd00::7', '9000')).toBe('http://[fd00::7]:9000/r/abc#eps=0.1&key=k')
})
