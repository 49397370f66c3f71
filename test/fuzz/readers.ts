import type { Reader } from './reader.js'
import { gitHubReaders } from './readers/github.js'
import { hookReaders } from './readers/hooks.js'
import { manifestReaders } from './readers/manifests.js'
import { podReaders } from './readers/pods.js'
import { registryReaders } from './readers/registry.js'
import { specReaders } from './readers/spec.js'

/** All that read text from outside. */
export const READERS: readonly Reader[] = [
  ...hookReaders,
  ...manifestReaders,
  ...specReaders,
  ...registryReaders,
  ...gitHubReaders,
  ...podReaders,
]
