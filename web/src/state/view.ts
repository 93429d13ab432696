import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals-core'
import type { INTERVALS } from '../math/judged'
import { PRESETS, type Bands } from '../math/bands'
import type { Recalibration } from '../math/calibration'
import type { Split } from '../math/metrics'
import type { LossKind } from './history'
import { rememberedMode, rememberMode, type Mode } from './mode'
import { Places } from './places'
import { TABS, type Tab } from './tabs'
import { Zoom } from './zoom'

/** What a pointer does on the fit; on a map, and with several targets, rows are moved, but not added, because a place there does not give all of their targets. */
export type Tool = 'read' | 'add' | 'move' | 'erase'

/** What the panel of the fit shows: the fit itself, the rows against what is predicted of them, or all targets. */
export type Panel = 'fit' | 'actual' | 'residual' | 'targets'

/** What the size of a point on the fit stands for: nothing, or its pull on one of the heads. */
export type Lens = 'off' | 'mean' | 'variance'

/** How several lanes are compared: all in one fit, or a fit of each. */
export type Compare = 'overlay' | 'beside'

/** How the values of the loss stand on its axis. */
export const SCALES = ['linear', 'symlog', 'log'] as const
export type ScaleName = (typeof SCALES)[number]

/** As in TensorBoard. */
export const USUAL_SMOOTHING = 0.6

/** How the loss is looked at. */
export interface LossView {
  /** Where it was not chosen: whichever compares the models. */
  readonly kind: LossKind
  readonly chosen: boolean
  readonly scale: ScaleName
  readonly logSteps: boolean
  /** From 0, which is none, to below 1. */
  readonly smoothing: number
  /** The axis reaches from the least value to the greatest. */
  readonly everything: boolean
  readonly othersTrain: boolean
}

/** Whose maps are shown. */
export type Show = 'prediction' | 'truth' | 'difference'

/** Of an ensemble: all of the standard deviation, what its members predict, or how they differ. */
export type Part = 'total' | 'aleatoric' | 'epistemic'

/** What colours the rows on the maps. */
export type SpotsBy = 'target' | 'residual' | 'none'

/** What is to be seen of the maps. */
export interface MapView {
  readonly show: Show
  readonly part: Part
  readonly spots: SpotsBy
}

/** A dialog that is open over everything, or asked for, and what it is to begin with. */
export type Dialog =
  | { readonly name: 'own'; readonly file?: File }
  | { readonly name: 'sweep' }
  | { readonly name: 'mine' }
  | { readonly name: 'code'; readonly text: string; readonly label: string }

const PANELS: readonly Panel[] = ['fit', 'targets']
const LENSES: readonly Lens[] = ['off', 'mean', 'variance']
export const LOSSES: readonly LossKind[] = ['loss', 'nll', 'batch']
const COMPARES: readonly Compare[] = ['overlay', 'beside']
const UNITS = PRESETS.map(({ bands }) => bands.unit)

/** What a lesson may show otherwise. */
interface Looked {
  readonly panel: Panel
  readonly lens: Lens
  readonly compare: Compare
  readonly loss: Pick<LossView, 'kind' | 'chosen'>
  readonly bands: Bands
}

/** A choice that an address can hold, by its name there: the first is not said. */
interface Said {
  readonly options: readonly string[]
  readonly get: () => string
  readonly set: (value: string) => void
}

/**
 * What this page looks at, and how: the one place in which panels, lessons and links
 * say so and hear of it. No run and no other page knows of it.
 */
export class View {
  /** The lane whose controls, bands and terms are shown. */
  readonly focus = signal(0)
  readonly panel = signal<Panel>('fit')
  readonly tool = signal<Tool>('read')
  /** Whether a row that is added is held out. */
  readonly addsTest = signal(false)
  readonly lens = signal<Lens>('off')
  /** The x at which the charts are read. */
  readonly probe = signal<number | null>(null)
  readonly bands = signal<Bands>(PRESETS[0].bands)
  /** Whether the bands of an ensemble are taken apart. */
  readonly apart = signal(false)
  readonly compare = signal<Compare>('overlay')
  /** Whether the noise is open where it is folded at first, as on a low projector. */
  readonly noise = signal(false)
  readonly maps = signal<MapView>({ show: 'prediction', part: 'total', spots: 'target' })
  /** What the bars of predicted against actual hold, in per cent. */
  readonly bars = signal<keyof typeof INTERVALS>(95)
  readonly loss = signal<LossView>({ kind: 'loss', chosen: false, scale: 'linear', logSteps: false, smoothing: USUAL_SMOOTHING, everything: false, othersTrain: false })
  readonly zoom = new Zoom()
  readonly recalibration = signal<Recalibration>('predicted')
  /** Which part of the split the metrics of several lanes are of. */
  readonly split = signal<Split>('test')
  /** Of several targets: all metrics of the one that is shown, or some of each. */
  readonly metricsOf = signal<'each' | 'shown'>('each')
  /** Which two targets are set against each other, as their numbers from 0; empty: the first two. */
  readonly pair = signal('')
  /** The groups of controls of which the seldom needed ones are seen. */
  readonly unfolded = signal<ReadonlySet<string>>(new Set())
  /** Whether the page shows what a first visit needs, or everything: as it was chosen, unless a lesson asks for another. */
  readonly mode: ReadonlySignal<Mode>
  readonly #chosenMode = signal(rememberedMode())
  readonly #askedMode = signal<Mode | null>(null)
  readonly #asksByName = signal(true)
  /** Which of the panels is seen that share a place where room is short. */
  readonly tab = signal<Tab>('calibration')
  /** Whether the controls are open, where there is no room for them beside the charts. */
  readonly sheet = signal(false)
  readonly dialog = signal<Dialog | null>(null)
  /** Files that were dropped and are still to be taken. */
  readonly dropped = signal<readonly File[]>([])
  /** Where on the page things are, for who points at them. */
  readonly places = new Places()

  /** What the address is to say of it: only what is not as it is at first. */
  readonly text: ReadonlySignal<string>
  /** What was looked at before a lesson had its own way, to be looked at again after it; null: there is none. */
  readonly #before: Signal<Looked | null> = signal(null)
  /** What an address said by names that this page does not know: it is kept. */
  readonly #others: Signal<readonly string[]> = signal([])
  readonly #said: ReadonlyMap<string, Said> = new Map([
    ['bands', { options: UNITS, get: () => (this.#before.value?.bands ?? this.bands.value).unit, set: (v: string) => { this.#setBands(v) } }],
    ['loss', {
      options: ['', ...LOSSES], get: () => saidLoss(this.#before.value?.loss ?? this.loss.value),
      set: (v: string) => { this.setLoss(v === '' ? { kind: 'loss', chosen: false } : { kind: v as LossKind }) },
    }],
    ['scale', { options: SCALES, get: () => this.loss.value.scale, set: (v: string) => { this.setLoss({ scale: v as ScaleName }) } }],
  ])

  constructor(text = '') {
    this.text = computed(() => {
      const own = [...this.#said].filter(([, { options, get }]) => get() !== options[0]).map(([name, { get }]) => `${name}:${get()}`)
      return [...own, ...this.#others.value].join('~')
    })
    this.mode = computed(() => this.#askedMode.value ?? this.#chosenMode.value)
    this.read(text)
  }

  /** Shows the page simple or full from now on; this browser remembers it. */
  chooseMode(mode: Mode): void {
    rememberMode(mode)
    this.#chosenMode.value = mode
    this.#askedMode.value = null
  }

  /** Shows the page as this browser remembers, which may have been learned only now. */
  remember(): void {
    this.#chosenMode.value = rememberedMode()
  }

  /** Shows the page simple or full as long as a lesson is on, which names that or only needs it; null: as it was chosen. */
  askMode(mode: Mode | null, named = true): void {
    this.#askedMode.value = mode
    this.#asksByName.value = named
  }

  /** Takes what an address says, such as bands:sigma~loss:nll; what it does not say is as it is at first. */
  read(text: string): void {
    const pairs = text.split('~').filter((pair) => pair.includes(':'))
    const nameOf = (pair: string): string => pair.slice(0, pair.indexOf(':'))
    const asked = new Map(pairs.map((pair) => [nameOf(pair), pair.slice(pair.indexOf(':') + 1)]))
    for (const [name, { options, set }] of this.#said) {
      const value = asked.get(name)
      set(value !== undefined && options.includes(value) ? value : (options[0] ?? ''))
    }
    this.#others.value = pairs.filter((pair) => !this.#said.has(nameOf(pair)))
  }

  /** Whether a lesson shows more panels than was chosen, as it points at them: the controls stay as they are. */
  get borrows(): boolean {
    return this.#askedMode.value === 'full' && !this.#asksByName.value && this.#chosenMode.value === 'simple'
  }

  /** Brings a panel into sight, by the name that spots of lessons use, where it is one of several tabs. */
  reveal(panel: string): void {
    const tab = TABS.find((t) => t === panel)
    if (tab) this.tab.value = tab
    if (panel === 'noise') this.noise.value = true
  }

  /** Shows the loss otherwise; which one is chosen from now on, if it is said. */
  setLoss(view: Partial<LossView>): void {
    const { chosen } = this.loss.value
    this.loss.value = { ...this.loss.value, chosen: chosen || view.kind !== undefined, ...view }
  }

  setMaps(view: Partial<MapView>): void {
    this.maps.value = { ...this.maps.value, ...view }
  }

  unfold(group: string, open: boolean): void {
    if (this.unfolded.value.has(group) === open) return
    const next = new Set(this.unfolded.value)
    if (open) next.add(group)
    else next.delete(group)
    this.unfolded.value = next
  }

  /** Shows things as a lesson wants them shown, as far as its words are known here; what was looked at comes back by release. */
  follow(wanted: Readonly<Record<string, unknown>>): void {
    this.release()
    this.#before.value = { panel: this.panel.value, lens: this.lens.value, compare: this.compare.value, loss: { kind: this.loss.value.kind, chosen: this.loss.value.chosen }, bands: this.bands.value }
    const among = <T extends string>(name: string, options: readonly T[]): T | undefined => options.find((o) => o === wanted[name])
    this.panel.value = among('panel', PANELS) ?? 'fit'
    this.lens.value = among('lens', LENSES) ?? 'off'
    this.compare.value = among('compare', COMPARES) ?? 'overlay'
    const kind = among('loss', LOSSES)
    if (kind) this.setLoss({ kind })
    const unit = among('bands', UNITS)
    const preset = PRESETS.find(({ bands }) => bands.unit === unit)
    if (preset) this.bands.value = preset.bands
  }

  /** The lesson is over: its views go with it. */
  release(): void {
    const before = this.#before.value
    if (!before) return
    this.#before.value = null
    this.panel.value = before.panel
    this.lens.value = before.lens
    this.compare.value = before.compare
    this.setLoss(before.loss)
    this.bands.value = before.bands
  }

  /** The usual bands of that unit, unless they have it already. */
  #setBands(unit: string): void {
    const preset = PRESETS.find(({ bands }) => bands.unit === unit)
    if (preset && unit !== this.bands.value.unit) this.bands.value = preset.bands
  }
}

/** What an address says of a loss: nothing where it was not chosen. */
function saidLoss({ kind, chosen }: Pick<LossView, 'kind' | 'chosen'>): string {
  return chosen ? kind : ''
}
