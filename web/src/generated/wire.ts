// Code generated from package server/wire by `go generate ./server/wire`. DO NOT EDIT.

export const SUBPROTOCOL = "gnllviz.v1" as const
export const FRAME_HEADER_SIZE = 40 as const
export const FRAME_KIND = {"fit":3,"grid":1,"truth":2} as const
export const SCALARS = ["train_loss","test_loss","train_nll","test_nll","train_rmse","test_rmse","train_coverage","test_coverage","log_variance","residual","constant","clamped","floor","steps_per_s"] as const
export const POINT_COLUMNS = ["step","train_loss","test_loss","train_nll","test_nll"] as const
export const MAX_STEPS = 100000 as const
export const MAX_LAYERS = 4 as const

export type Scalar = (typeof SCALARS)[number]
export type State = 'playing' | 'paused' | 'idle' | 'diverged'
export type ControlKind = 'number' | 'integer' | 'switch' | 'choice' | 'layers'
export type ErrorCode = 'bad_message' | 'unknown_command' | 'missing_field' | 'unknown_control' | 'bad_value' | 'out_of_range' | 'bad_state'
export type ControlValue = number | boolean | string | readonly number[]
/** Not finite numbers are null. The members are POINT_COLUMNS. */
export type Point = readonly [number | null, number | null, number | null, number | null, number | null]

export interface Data {
  name: string
  title: string
  help: string
  source: string
  revision: number
  inputs: ReadonlyArray<Column>
  target: Column
  x: ReadonlyArray<ReadonlyArray<number>>
  y: ReadonlyArray<number>
  test: ReadonlyArray<boolean>
  target_std: number | null
  truth: boolean
}

export interface Column {
  name: string
  unit: string
}

export interface Change {
  revision: number
  epoch: number
  step: number
  control: string
  old: ControlValue
  new: ControlValue
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
}

export interface RunMessage {
  type: 'run'
  id: string
  epoch: number
  revision: number
  step: number
  state: State
  reason: string
  controls: Record<string, ControlValue>
  changes: ReadonlyArray<Change>
  data: Data
  points: number
  next: number
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

export interface ResetCommand {
  type: 'reset'
  id: number
}

export interface RestoreCommand {
  type: 'restore'
  id: number
}

export interface WatchCommand {
  type: 'watch'
  id: number
  frames: boolean
}

export type ServerMessage = RunMessage | ChangeMessage | StateMessage | HistoryMessage | GapMessage | Ack | ErrorMessage

export type Command = Hello | ChangeCommand | PlayCommand | PauseCommand | StepCommand | ResetCommand | RestoreCommand | WatchCommand
