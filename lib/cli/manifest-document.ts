import { type Document, type LineCounter, isMap } from 'yaml'
import { structuralSchema } from '../crd/structural-schema.js'
import { AlustanError } from '../errors.js'
import { dnsLabel } from '../matching-text.js'
import type { KubernetesObject } from '../metacontroller.js'
import { API_VERSION, MAX_RESOURCE_NAME } from '../names.js'
import { ServiceSpec } from '../service/spec.js'
import { faultText } from '../spec-failure.js'
import { TerraformSpec } from '../terraform/spec.js'
import { unknownField } from './unknown-field.js'

/** One document of a file and where to look for what is wrong with it. */
export interface Source {
  readonly file: string
  readonly document: Document
  readonly lines: LineCounter
}

/** An object and where it begins, as `FILE:LINE`. */
export interface Manifest {
  readonly object: KubernetesObject
  readonly at: string
}

type Path = readonly (string | number)[]

const SPECS = { Service: ServiceSpec, Terraform: TerraformSpec } as const

/** Lists of metadata, which may be left out. */
const LISTS: readonly { field: string; isItem: (item: unknown) => boolean; what: string }[] = [
  { field: 'finalizers', isItem: item => typeof item === 'string', what: 'texts' },
  { field: 'ownerReferences', isItem: isRecord, what: 'references with apiVersion, kind, name and uid' },
]

/** The objects of a document: one, or those of a List. Throws one `InvalidInput` that names file, line, fault and cure. */
export function readDocument(source: Source): Manifest[] {
  const [error] = source.document.errors
  if (error !== undefined) {
    const [text = ''] = error.message.split(' at line ')
    // The parser tells of its own exhausted stack as of a fault of the text.
    const isDeep = text.startsWith('Maximum call stack')
    throw fault(source, error.pos[0], isDeep ? 'is nested too deep to be read; flatten it' : `is no YAML: ${text}`)
  }
  if (!isMap(source.document.contents)) {
    throw fault(source, startOf(source, []), 'is no mapping; write apiVersion, kind and metadata')
  }
  return readAny(source, plainData(source), [])
}

/** What the document says without aliases: those may multiply a few lines into gigabytes, or lead back to themselves. */
function plainData(source: Source): unknown {
  try {
    const data: unknown = source.document.toJS({ maxAliasCount: 100 })
    JSON.stringify(data)
    return data
  } catch (cause) {
    if (!(cause instanceof ReferenceError || cause instanceof TypeError || cause instanceof RangeError)) throw cause
    const text = 'has aliases (*NAME) without measure, or one that leads back to itself; write their values out'
    throw fault(source, startOf(source, []), text)
  }
}

function readAny(source: Source, data: unknown, path: Path): Manifest[] {
  const start = startOf(source, path)
  if (!isRecord(data)) throw fault(source, start, 'is no mapping; write apiVersion, kind and metadata')
  const { apiVersion, kind, metadata, items } = data
  if (typeof apiVersion !== 'string') throw fault(source, start, 'has no apiVersion')
  if (typeof kind !== 'string') throw fault(source, start, 'has no kind')
  if (kind.endsWith('List') && Array.isArray(items)) {
    return items.flatMap((item, index) => readAny(source, item, [...path, 'items', index]))
  }
  const { name, namespace } = checkMetadata(source, kind, metadata, path)
  const isNamespaced = kind !== 'Namespace' || apiVersion !== 'v1'
  const object = {
    ...data,
    apiVersion,
    kind,
    metadata: { ...(metadata as object), name, ...(isNamespaced && { namespace: namespace ?? 'default' }) },
  }
  checkOurs(source, object, path)
  return [{ object, at: placeOf(source, start) }]
}

function checkMetadata(source: Source, kind: string, metadata: unknown, path: Path) {
  const refuse = (field: string, text: string) => fault(source, startOf(source, [...path, 'metadata', field]), text)
  const { name, namespace, labels, annotations } = isRecord(metadata) ? metadata : {}
  if (name === undefined || name === null) throw refuse('name', `${kind} has no metadata.name`)
  if (typeof name !== 'string') throw refuse('name', `${kind}: metadata.name is no text; put it in quotes`)
  if (namespace !== undefined && typeof namespace !== 'string') {
    throw refuse('namespace', `${kind} '${name}': metadata.namespace is no text; put it in quotes, or leave it out`)
  }
  for (const [field, map] of Object.entries({ labels, annotations })) {
    if (map === undefined || map === null) continue
    const odd = isRecord(map) ? Object.keys(map).find(key => typeof map[key] !== 'string') : ''
    if (odd === '') throw refuse(field, `${kind} '${name}': metadata.${field} is no map; write NAME: "TEXT" below it`)
    if (odd !== undefined)
      throw refuse(field, `${kind} '${name}': metadata.${field}.${odd} is no text; put it in quotes`)
  }
  for (const { field, isItem, what } of LISTS) {
    const list = isRecord(metadata) ? (metadata[field] ?? []) : []
    if (Array.isArray(list) && list.every(isItem)) continue
    throw refuse(field, `${kind} '${name}': metadata.${field} is no list of ${what}; write one, or leave it out`)
  }
  return { name, namespace }
}

function checkOurs(source: Source, { apiVersion, kind, metadata, spec }: KubernetesObject, path: Path): void {
  if (!apiVersion.startsWith('alustan.io/')) return
  const title = `${kind} '${metadata.name}'`
  const schema = kind === 'Service' || kind === 'Terraform' ? SPECS[kind] : undefined
  if (apiVersion !== API_VERSION || schema === undefined) {
    const text = `${title} is of ${apiVersion}; alustan has the kinds Service and Terraform of ${API_VERSION}`
    throw fault(source, startOf(source, path), text)
  }
  const named = dnsLabel(MAX_RESOURCE_NAME).safeParse(metadata.name)
  if (!named.success) {
    const text = `${title}: metadata.name: ${named.error.issues[0]?.message ?? ''}; at most ${MAX_RESOURCE_NAME} characters`
    throw fault(source, startOf(source, [...path, 'metadata', 'name']), text)
  }
  const [issue] = schema.safeParse(spec).error?.issues ?? []
  if (issue !== undefined) {
    const at = startOf(source, [...path, 'spec', ...issue.path.map(String)])
    throw fault(source, at, `${title}: ${faultText(issue)}`)
  }
  const unknown = unknownField(structuralSchema(schema), spec, ['spec'])
  if (unknown === undefined) return
  const text = `${title}: ${unknown.join('.')} does not exist; check its spelling and indentation`
  throw fault(source, startOf(source, [...path, ...unknown]), text)
}

/** Where the nearest thing on the path begins that the document has. */
function startOf({ document }: Source, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true)
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range))
      return Number(node.range[0])
  }
  return document.contents?.range?.[0] ?? 0
}

function placeOf({ file, lines }: Source, offset: number): string {
  return `${file}:${lines.linePos(offset).line}`
}

function fault(source: Source, offset: number, text: string): AlustanError {
  return new AlustanError('InvalidInput', `${placeOf(source, offset)}: ${text}`)
}

function isRecord(thing: unknown): thing is Record<string, unknown> {
  return typeof thing === 'object' && thing !== null && !Array.isArray(thing)
}
