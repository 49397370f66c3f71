import { type Attempt, attempt } from '../errors.js'
import { type ImageRequest, imageRequest, tagOf } from '../image.js'
import type { KubernetesObject, SyncRequest } from '../metacontroller.js'
import type { ServiceSettings } from './facts.js'
import { type ObservedService, observeService, runningImage } from './observed.js'
import { parseServiceSpec } from './parse-spec.js'
import type { ServiceSpec } from './spec.js'

/** A request, read once: what the hook needs to gather the facts, and the core to decide. */
export interface ServiceSituation {
  readonly request: SyncRequest
  readonly settings: ServiceSettings
  readonly spec: Attempt<ServiceSpec>
  readonly observed: ObservedService
  /** The main ApplicationSet as it is there. */
  readonly running: KubernetesObject | undefined
  /** The image that the spec names; undefined when it names none. */
  readonly image: Attempt<ImageRequest> | undefined
  /** The tag of that image that the ApplicationSet has. */
  readonly runningTag: string | undefined
}

/** Reads a request. A bad spec is part of the answer. Throws what `childrenOf` throws. */
export function readService(request: SyncRequest, settings: ServiceSettings): ServiceSituation {
  const observed = observeService(request)
  const spec = parseServiceSpec(request.parent)
  const registry = spec.value?.containerRegistry
  const image = registry && attempt(() => imageRequest(registry, settings.endpoints))
  const running = observed.applicationSets.get(request.parent.metadata.name)
  const runningTag = image?.value && tagOf(runningImage(running), image.value.repository)
  return { request, settings, spec, observed, running, image, runningTag }
}
