import { describe, expect, it } from 'vitest'
import type { Change, Moment } from '../generated/wire'
import { apart, isPresent, jumpsOf, presentBranch } from './branch'

const change = (revision: number, step: number, from?: Moment, generation = 1): Change => ({
  kind: from ? 'undo' : 'control', lane: 0, control: 'lr', step, old: 1, new: 2, text: '', generation, revision, undo: true, ...(from ? { from } : {}),
})
const at = (step: number, revision = 0): Moment => ({ step, revision })

describe('the present branch', () => {
  it('is everything where nothing was undone', () => {
    expect(presentBranch([change(1, 5)], 1)).toEqual([{ from: -1, to: Infinity }])
  })

  it('leaves out what was trained between a change and its undo', () => {
    const branch = presentBranch([change(1, 100), change(2, 300, at(100, 0))], 1)
    expect(branch).toEqual([{ from: -1, to: 100 }, { from: 300, to: Infinity }])
    expect([100, 101, 300, 301].map((s) => isPresent(branch, s))).toEqual([true, false, false, true])
  })

  it('has it again when it is done again', () => {
    expect(presentBranch([change(1, 100), change(2, 300, at(100, 0)), change(3, 400, at(300, 1))], 1)).toEqual([{ from: -1, to: 300 }, { from: 400, to: Infinity }])
  })

  it('goes back over several undos, and over weights of an earlier step', () => {
    // Undone at 300, changed there, and that undone at 400: from what was undone at 300 on.
    const twice = [change(1, 200), change(2, 300, at(200, 0)), change(3, 300), change(4, 400, at(300, 2))]
    expect(presentBranch(twice, 1)).toEqual([{ from: -1, to: 200 }, { from: 300, to: 300 }, { from: 400, to: Infinity }])
    expect(presentBranch([change(1, 90, at(50)), change(2, 200, at(100))], 1)).toEqual([{ from: -1, to: 50 }, { from: 90, to: 100 }, { from: 200, to: Infinity }])
    expect(presentBranch([change(1, 90, at(50)), change(2, 200, at(60))], 1)).toEqual([{ from: -1, to: 60 }, { from: 200, to: Infinity }].map((s, i) => (i === 0 ? { from: -1, to: 60 } : s)))
  })

  it('is that of its generation', () => {
    expect(presentBranch([change(1, 90, at(50), 7)], 1)).toEqual([{ from: -1, to: Infinity }])
    expect(jumpsOf([change(1, 90, at(50), 7), change(2, 10, at(5))], 1)).toEqual([{ step: 10, from: 5 }])
  })

  it('parts a curve, with gaps between', () => {
    const branch = presentBranch([change(2, 3, at(1, 0))], 1)
    const { present, left } = apart([[0, 1], [1, 1], [2, 9], [3, 9], [4, 1]], branch)
    expect(present).toEqual([[0, 1], [1, 1], [NaN, NaN], [4, 1]])
    expect(left).toEqual([[NaN, NaN], [NaN, NaN], [2, 9], [3, 9], [NaN, NaN]])
  })
})
