import { deletionFaults } from './deletion.js'
import { engineFaults } from './engine.js'
import type { Fault } from './fault.js'
import { gitHubFaults } from './github.js'
import { httpFaults } from './http.js'
import { outputFaults } from './outputs.js'
import { registryAnswerFaults } from './registry-answers.js'
import { registryFaults } from './registry.js'
import { runFaults } from './runs.js'
import { specFaults } from './spec.js'

/** All faults, by number. */
export const FAULTS: readonly Fault[] = [
  ...registryFaults,
  ...registryAnswerFaults,
  ...gitHubFaults,
  ...specFaults,
  ...runFaults,
  ...outputFaults,
  ...deletionFaults,
  ...engineFaults,
  ...httpFaults,
].sort((a, b) => a.number - b.number)
