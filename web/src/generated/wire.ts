// Code generated from package server/wire by `go generate ./server/wire`. DO NOT EDIT.

export const SUBPROTOCOL = "gnllviz.v1" as const
export const FRAME_HEADER_SIZE = 40 as const
export const FRAME_KIND = {"calibration":5,"fit":3,"grid":1,"pit":6,"rows":4,"truth":2} as const
export const SCALARS = ["train_loss","test_loss","train_nll","test_nll","train_rmse","test_rmse","train_coverage","test_coverage","log_variance","residual","constant","clamped","floor","steps_per_s","train_crps","test_crps","batch_loss","mean_norm","variance_norm","rate","guarded","train_mae","test_mae","train_r2","test_r2","train_interval","test_interval","train_sharpness","test_sharpness","train_miscal_area","test_miscal_area","train_coverage_50","test_coverage_50","train_coverage_68","test_coverage_68","train_coverage_90","test_coverage_90","verdict","scaled_verdict","scale_factor","scaled_nll","scaled_miscal_area","isotonic_miscal_area"] as const
export const VERDICTS = ["too few rows","overconfident","underconfident","well calibrated"] as const
export const POINT_COLUMNS = ["lane","step","train_loss","test_loss","train_nll","test_nll","train_rmse","test_rmse","train_crps","test_crps","train_coverage","test_coverage","log_variance","residual","constant","clamped"] as const
export const MAX_STEPS = 100000 as const
export const MAX_LAYERS = 4 as const
export const MAX_LANES = 6 as const
export const MAX_COLOURS = 12 as const
export const OWN_DATA = "own" as const

export type Scalar = (typeof SCALARS)[number]
export type State = 'playing' | 'paused' | 'idle' | 'diverged'
export type ControlKind = 'number' | 'integer' | 'switch' | 'choice' | 'layers'
export type ErrorCode = 'bad_message' | 'unknown_command' | 'missing_field' | 'unknown_control' | 'bad_value' | 'out_of_range' | 'bad_state' | 'unknown_lane' | 'bad_data' | 'too_much' | 'read_only'
export type ChangeKind = 'control' | 'lane' | 'data' | 'weights' | 'undo' | 'redo'
export type ControlValue = number | boolean | string | readonly number[]
/** Not finite numbers are null. The members are POINT_COLUMNS. */
export type Point = readonly (number | null)[]

export interface Data {
  name: string
  title: string
  help: string
  source: string
  revision: number
  inputs: ReadonlyArray<Column>
  target: Column
  slice: number
  train: number
  test: number
  pool: number
  ids: ReadonlyArray<number>
  x: ReadonlyArray<ReadonlyArray<number>>
  y: ReadonlyArray<number>
  is_test: ReadonlyArray<boolean>
  target_std: number | null
  truth: boolean
  best_train_nll: number | null
  best_test_nll: number | null
  dropped: ReadonlyArray<Drop>
  dropped_rows: number
}

export interface Drop {
  row: number
  column: string
  reason: string
}

export interface Column {
  name: string
  unit: string
}

export interface Lane {
  lane: number
  name: string
  colour: number
  controls: Record<string, ControlValue>
  params: number
  from: Origin | null
}

export interface Origin {
  lane: number
  step: number
}

export interface Change {
  revision: number
  epoch: number
  step: number
  kind: ChangeKind
  lane: number | null
  control: string
  old: ControlValue
  new: ControlValue
  text: string
  undo: boolean
}

export interface NewRow {
  x: ReadonlyArray<number>
  y: number
  test?: boolean
}

export interface MovedRow {
  row: number
  x: ReadonlyArray<number>
  y: number
}

export interface DataSpec {
  formula?: FormulaSpec
  csv?: CSVSpec
}

export interface FormulaSpec {
  mean: string
  std: string
  from: number
  to: number
  rows: number
  inputs?: number
}

export interface CSVSpec {
  text: string
  target: string
  inputs?: ReadonlyArray<string>
}

export interface Option {
  value: string
  label: string
  help: string
}

export interface When {
  control: string
  values: ReadonlyArray<string>
}

export interface Control {
  name: string
  label: string
  help: string
  unit: string
  group: string
  kind: ControlKind
  default: ControlValue
  min: number
  max: number
  zero: boolean
  step: number
  log: boolean
  live: boolean
  run: boolean
  options: ReadonlyArray<Option>
  advanced: boolean
  when: When
}

export interface Metrics {
  train: SplitMetrics
  test: SplitMetrics
}

export interface SplitMetrics {
  nll: number | null
  rmse: number | null
  mae: number | null
  crps: number | null
  coverage: number | null
}

export interface LaneSummary {
  lane: number
  name: string
  metrics: Metrics
}

export interface Summary {
  id: string
  dataset: string
  created: string
  epoch: number
  revision: number
  step: number
  state: State
  reason: string
  viewers: number
  metrics: Metrics
  lanes: ReadonlyArray<LaneSummary>
}

export interface WelcomeMessage {
  type: 'welcome'
  steer: boolean
}

export interface RunMessage {
  type: 'run'
  id: string
  epoch: number
  revision: number
  step: number
  state: State
  reason: string
  open: boolean
  redo: number
  controls: Record<string, ControlValue>
  lanes: ReadonlyArray<Lane>
  changes: ReadonlyArray<Change>
  data: Data
  points: number
  next: number
}

export interface LanesMessage {
  type: 'lanes'
  revision: number
  lanes: ReadonlyArray<Lane>
}

export interface DataMessage {
  type: 'data'
  data: Data
}

export interface ChangeMessage {
  type: 'change'
  change: Change
}

export interface StateMessage {
  type: 'state'
  state: State
  reason: string
  epoch: number
  step: number
}

export interface OpenMessage {
  type: 'open'
  open: boolean
}

export interface HistoryMessage {
  type: 'history'
  epoch: number
  first: number
  points: ReadonlyArray<Point>
}

export interface GapMessage {
  type: 'gap'
}

export interface Ack {
  type: 'ack'
  id: number
  revision: number
  epoch: number
  step: number
  lane: number
}

export interface ErrorMessage {
  type: 'error'
  id: number
  code: ErrorCode
  control: string
  reason: string
}

export interface Hello {
  type: 'hello'
  epoch?: number
  next?: number
  key?: string
}

export interface ChangeCommand {
  type: 'change'
  id: number
  lane?: number
  set: Record<string, ControlValue>
}

export interface PlayCommand {
  type: 'play'
  id: number
}

export interface PauseCommand {
  type: 'pause'
  id: number
}

export interface StepCommand {
  type: 'step'
  id: number
  steps: number
}

export interface EpochCommand {
  type: 'epoch'
  id: number
}

export interface UntilCommand {
  type: 'until'
  id: number
  step?: number
  nll?: number
  plateau?: number
}

export interface ResetCommand {
  type: 'reset'
  id: number
  rows?: boolean
}

export interface RestoreCommand {
  type: 'restore'
  id: number
}

export interface UndoCommand {
  type: 'undo'
  id: number
  revision?: number
}

export interface RedoCommand {
  type: 'redo'
  id: number
}

export interface ReturnCommand {
  type: 'return'
  id: number
  step: number
}

export interface LaneAddCommand {
  type: 'lane_add'
  id: number
  copy?: number
  name?: string
  colour?: number
  set?: Record<string, ControlValue>
}

export interface LaneRemoveCommand {
  type: 'lane_remove'
  id: number
  lane: number
}

export interface LaneEditCommand {
  type: 'lane_edit'
  id: number
  lane: number
  name?: string
  colour?: number
}

export interface EditCommand {
  type: 'edit'
  id: number
  add?: ReadonlyArray<NewRow>
  move?: ReadonlyArray<MovedRow>
  erase?: ReadonlyArray<number>
  take?: ReadonlyArray<number>
}

export interface DataCommand {
  type: 'data'
  id: number
  data: DataSpec
}

export interface AcquireCommand {
  type: 'acquire'
  id: number
  count: number
}

export interface OpenCommand {
  type: 'open'
  id: number
  open: boolean
}

export interface WatchCommand {
  type: 'watch'
  id: number
  frames: boolean
}

export type ServerMessage = WelcomeMessage | RunMessage | LanesMessage | DataMessage | ChangeMessage | StateMessage | OpenMessage | HistoryMessage | GapMessage | Ack | ErrorMessage

export type Command = Hello | ChangeCommand | PlayCommand | PauseCommand | StepCommand | EpochCommand | UntilCommand | ResetCommand | RestoreCommand | UndoCommand | RedoCommand | ReturnCommand | LaneAddCommand | LaneRemoveCommand | LaneEditCommand | EditCommand | DataCommand | AcquireCommand | OpenCommand | WatchCommand
