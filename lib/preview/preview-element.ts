import { type KubernetesObject } from '../metacontroller.js'
import type { Element } from '../service/application-set.js'

/** All that makes the Application of a pull request, as plain strings. */
export interface PreviewElement extends Element {
  readonly number: string
  readonly branch: string
  /** The newest commit when this was made. */
  readonly revision: string
  /** Reference of the image with its tag; empty when the Service names none. */
  readonly image: string
}

const KEYS: readonly (keyof PreviewElement)[] = [
  'name',
  'cluster',
  'namespace',
  'repoURL',
  'path',
  'targetRevision',
  'releaseName',
  'values',
  'number',
  'branch',
  'revision',
  'image',
]

interface SetSpec {
  readonly generators?: readonly { readonly list?: { readonly elements?: readonly unknown[] } }[]
}

/** The elements of an ApplicationSet of previews that is there, by number; what we did not write is passed over. */
export function observedElements(set: KubernetesObject | undefined): Map<number, PreviewElement> {
  const generators = (set?.spec as SetSpec | undefined)?.generators
  const elements = Array.isArray(generators) ? (generators as SetSpec['generators'])?.[0]?.list?.elements : undefined
  return new Map(
    (Array.isArray(elements) ? elements : []).filter(isPreviewElement).map(each => [Number(each.number), each]),
  )
}

/** The same ApplicationSet with these elements. */
export function withElements(set: KubernetesObject, elements: Iterable<PreviewElement>): KubernetesObject {
  return { ...set, spec: { ...(set.spec as SetSpec), generators: [{ list: { elements: [...elements] } }] } }
}

function isPreviewElement(thing: unknown): thing is PreviewElement {
  if (typeof thing !== 'object' || thing === null) return false
  const fields = thing as Partial<Record<string, unknown>>
  return KEYS.every(key => typeof fields[key] === 'string') && /^[1-9]\d{0,14}$/.test(String(fields.number))
}
