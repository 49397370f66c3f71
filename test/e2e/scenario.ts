import type { ApplyStrategy } from './controller.js'

/** What a scenario gets: the namespaces made for it and its chart. */
export interface World {
  /** Where the custom resources live. */
  readonly namespace: string
  /** Where the Secrets of the workspaces live. */
  readonly secretsNamespace: string
  readonly chartURL: string
  /** Base URL of the hooks. */
  readonly hooksURL: string
}

/** A story in steps, each of which must come true before the next. */
export interface Scenario {
  readonly name: string
  /** What it is played under; both strategies when left out. */
  readonly strategies?: readonly ApplyStrategy[]
  /** Environment of the hooks beside what every scenario has. */
  readonly environment?: Record<string, string>
  /** Starts what the hooks need beside that, and says how they find it. */
  prepare?(): Promise<{ environment: Record<string, string>; stop(): Promise<void> }>
  readonly steps: readonly (readonly [what: string, step: (world: World) => Promise<void>])[]
}
