import { FRAME_HEADER_SIZE, FRAME_KIND, PICTURE, SCALARS, TARGET_SCORES, type Scalar } from '../generated/wire'

/** What every frame says of itself; see package server/wire for the layout. */
interface Head {
  readonly lane: number
  readonly generation: number
  readonly revision: number
  readonly step: number
  readonly dataRevision: number
}

/** A column of a frame: of values far from 0 in double. */
export type Values = Float32Array | Float64Array

/** The x at which the other frames have their values. */
export interface GridFrame extends Head {
  readonly kind: 'grid'
  readonly x: Values
  /** On a map the second input of each place; places stand row by row. */
  readonly y: Values | null
}

/** What the data set knows to be true on the grid. */
export interface TruthFrame extends Head {
  readonly kind: 'truth'
  readonly mean: Values
  readonly std: Values
}

/** What the network predicts on the grid, before the loss clamps the variance. */
export interface FitFrame extends Head {
  readonly kind: 'fit'
  readonly mean: Values
  readonly std: Values
  /** By how much the members of an ensemble differ in their means. */
  readonly epistemic: Values | null
  readonly scalars: Readonly<Record<Scalar, number>>
}

/** What the lane makes of each row of the data, in their order. NaN: it was not looked at. */
export interface RowsFrame extends Head {
  readonly kind: 'rows'
  readonly mean: Values
  /** As the loss sees it, never below the floor. */
  readonly std: Values
  /** Derivative of a step's loss with respect to the row's standardised mean; NaN of test rows. */
  readonly pullMean: Float32Array
  /** And to the logarithm of its variance. */
  readonly pullVariance: Float32Array
}

/** Something of the test rows, as predicted and after recalibration by a factor and by isotonic regression. */
interface Recalibrated {
  readonly predicted: Float32Array
  readonly scaled: Float32Array
  readonly isotonic: Float32Array
}

/** The share of test rows within central intervals, by the share that should be. */
export interface CalibrationFrame extends Head, Recalibrated {
  readonly kind: 'calibration'
  readonly expected: Float32Array
}

/** The counts of the test rows' probability integral transforms, in bins from 0 to 1. */
export interface PITFrame extends Head, Recalibrated {
  readonly kind: 'pit'
}

/** A mean and a standard deviation of one of several targets, at the places or the rows of a frame. */
export interface OfTarget {
  readonly mean: Values
  readonly std: Values
}

/** The same of each of several targets: predicted on the grid, at the rows, and true on the grid. */
export interface TargetsFrame extends Head {
  readonly kind: 'targets' | 'targetRows' | 'targetTruth'
  readonly of: readonly OfTarget[]
}

/** What of each target can be said in a number. */
export type TargetScore = (typeof TARGET_SCORES)[number]

/** The scores of each of several targets, and last those over all. */
export interface TargetScoresFrame extends Head {
  readonly kind: 'targetScores'
  readonly scores: Readonly<Record<TargetScore, Float32Array>>
}

/** By how much the lane's mean breaks its equation on the grid, in the equation's own unit. */
export interface ResidualFrame extends Head {
  readonly kind: 'residual'
  readonly residual: Values
}

/** Of a fit that is averaged over training points: between which values 80 % of them lie. */
export interface AverageFrame extends Head {
  readonly kind: 'average'
  readonly meanLow: Values
  readonly meanHigh: Values
  readonly stdLow: Values
  readonly stdHigh: Values
}

export type Frame = GridFrame | TruthFrame | FitFrame | RowsFrame | CalibrationFrame | PITFrame | TargetsFrame | TargetScoresFrame | ResidualFrame | AverageFrame

/** What is seen of all targets where there are several. */
export interface TargetsPicture {
  readonly grid: readonly OfTarget[]
  /** null where there are too many targets for their rows to be told. */
  readonly rows: readonly OfTarget[] | null
  readonly scores: Readonly<Record<TargetScore, Float32Array>>
}

/** All that is seen of a lane at one moment. */
export interface LanePicture {
  readonly lane: number
  readonly fit: FitFrame
  readonly rows: RowsFrame
  readonly calibration: CalibrationFrame
  readonly pit: PITFrame
  /** null where there is one target. */
  readonly targets: TargetsPicture | null
  /** Of a lane with an equation. */
  readonly residual?: ResidualFrame | undefined
  /** Where the fit is averaged over points. */
  readonly average?: AverageFrame | undefined
}

/** The lanes of a message; one of which something is missing is left out. */
export function lanePictures(frames: readonly Frame[]): LanePicture[] {
  return frames.flatMap((fit) => {
    if (fit.kind !== 'fit') return []
    const of = <K extends Frame['kind']>(kind: K): Extract<Frame, { kind: K }> | undefined =>
      frames.find((f): f is Extract<Frame, { kind: K }> => f.kind === kind && f.lane === fit.lane)
    const [rows, calibration, pit] = [of('rows'), of('calibration'), of('pit')]
    return rows && calibration && pit ? [{ lane: fit.lane, fit, rows, calibration, pit, targets: targetsOf(frames, fit.lane), residual: of('residual'), average: of('average') }] : []
  })
}

function targetsOf(frames: readonly Frame[], lane: number): TargetsPicture | null {
  const of = (kind: TargetsFrame['kind']): readonly OfTarget[] | undefined =>
    frames.find((f): f is TargetsFrame => f.kind === kind && f.lane === lane)?.of
  const [grid, scores] = [of('targets'), frames.find((f): f is TargetScoresFrame => f.kind === 'targetScores' && f.lane === lane)?.scores]
  return grid && scores ? { grid, rows: of('targetRows') ?? null, scores } : null
}

/** The reach of the central 95 % of a normal distribution, in standard deviations. */
export const REACH_95 = PICTURE.reach_95

/** The predicted standard deviation as the loss sees it: never below the floor. */
export function effective(frame: FitFrame, i: number): number {
  const std = frame.std[i] ?? NaN
  const { floor } = frame.scalars
  return std < floor ? floor : std
}

const VERSION = 1
const HAS_ORIGINS = 1 // a flag
const MAGIC = 0x4c4c4e47 // "GNLL", read little-endian

/**
 * Reads one binary message: frames back to back, all of one moment. The columns
 * are views into it, and nothing is copied but those that are counted from an origin. Throws where the bytes are no frame;
 * leaves out a kind of frame that this page does not know.
 */
export function decodeFrames(bytes: ArrayBuffer): Frame[] {
  const frames: Frame[] = []
  for (let at = 0; at < bytes.byteLength;) {
    const { frame, end } = decodeFrame(bytes, at)
    if (frame) frames.push(frame)
    at = end
  }
  return frames
}

/** Reads the frame that begins there, and says where it ends. */
function decodeFrame(bytes: ArrayBuffer, begin: number): { frame: Frame | null; end: number } {
  const left = bytes.byteLength - begin
  if (left < FRAME_HEADER_SIZE) {
    throw new RangeError(`frame of ${left} bytes is shorter than its header`)
  }
  const view = new DataView(bytes, begin)
  if (view.getUint32(0, true) !== MAGIC) throw new RangeError('frame does not begin with GNLL')
  const version = view.getUint8(4)
  if (version !== VERSION) throw new RangeError(`frame has version ${version}, not ${VERSION}`)

  const head: Head = {
    lane: view.getUint8(6),
    generation: view.getUint32(8, true),
    revision: view.getUint32(12, true),
    step: Number(view.getBigUint64(16, true)),
    dataRevision: view.getUint32(24, true),
  }
  const count = view.getUint32(28, true)
  const columns = view.getUint16(32, true)
  const scalars = view.getUint16(34, true)
  const origins = FRAME_HEADER_SIZE + 4 * (scalars + columns * count)
  const hasOrigins = (view.getUint8(7) & HAS_ORIGINS) !== 0
  const size = origins + (hasOrigins ? 8 * columns : 0)
  if (left < size) throw new RangeError(`frame declares ${size} bytes, of which there are ${left}`)
  const column = (i: number): Float32Array => {
    if (i >= columns) throw new RangeError(`frame has ${columns} columns, not ${i + 1}`)
    return new Float32Array(bytes, begin + FRAME_HEADER_SIZE + 4 * (scalars + i * count), count)
  }
  /** With the origin that its values are counted from. */
  const far = (i: number): Values => {
    const values = column(i)
    const origin = hasOrigins ? view.getFloat64(origins + 8 * i, true) : 0
    return origin === 0 ? values : Float64Array.from(values, (v) => origin + v)
  }
  /** A mean and a standard deviation of each target. */
  const pairs = (): OfTarget[] => Array.from({ length: columns / 2 }, (_, k) => ({ mean: far(2 * k), std: column(2 * k + 1) }))
  const end = begin + size
  switch (view.getUint8(5)) {
    case FRAME_KIND.grid:
      return { frame: { kind: 'grid', ...head, x: far(0), y: columns > 1 ? far(1) : null }, end }
    case FRAME_KIND.truth:
      return { frame: { kind: 'truth', ...head, mean: far(0), std: column(1) }, end }
    case FRAME_KIND.fit:
      return { frame: { kind: 'fit', ...head, mean: far(0), std: column(1), epistemic: columns > 2 ? column(2) : null, scalars: readScalars(view, scalars) }, end }
    case FRAME_KIND.rows:
      return { frame: { kind: 'rows', ...head, mean: far(0), std: column(1), pullMean: column(2), pullVariance: column(3) }, end }
    case FRAME_KIND.calibration:
      return { frame: { kind: 'calibration', ...head, expected: column(0), predicted: column(1), scaled: column(2), isotonic: column(3) }, end }
    case FRAME_KIND.pit:
      return { frame: { kind: 'pit', ...head, predicted: column(0), scaled: column(1), isotonic: column(2) }, end }
    case FRAME_KIND.targets:
      return { frame: { kind: 'targets', ...head, of: pairs() }, end }
    case FRAME_KIND.targetRows:
      return { frame: { kind: 'targetRows', ...head, of: pairs() }, end }
    case FRAME_KIND.targetTruth:
      return { frame: { kind: 'targetTruth', ...head, of: pairs() }, end }
    case FRAME_KIND.targetScores:
      return { frame: { kind: 'targetScores', ...head, scores: Object.fromEntries(TARGET_SCORES.map((name, i) => [name, column(i)])) as Record<TargetScore, Float32Array> }, end }
    case FRAME_KIND.residual:
      return { frame: { kind: 'residual', ...head, residual: far(0) }, end }
    case FRAME_KIND.average:
      return { frame: { kind: 'average', ...head, meanLow: far(0), meanHigh: far(1), stdLow: column(2), stdHigh: column(3) }, end }
    default:
      return { frame: null, end }
  }
}

/** Scalars that an older server does not send are NaN. */
function readScalars(view: DataView, count: number): Record<Scalar, number> {
  const value = (i: number): number => (i < count ? view.getFloat32(FRAME_HEADER_SIZE + 4 * i, true) : NaN)
  return Object.fromEntries(SCALARS.map((name, i) => [name, value(i)])) as Record<Scalar, number>
}
