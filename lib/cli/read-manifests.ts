import { readFileSync, readdirSync, statSync } from 'node:fs'
import { type Document, LineCounter, isMap, parseAllDocuments } from 'yaml'
import { AlustanError } from '../errors.js'
import type { KubernetesObject } from '../metacontroller.js'
import { API_VERSION } from '../names.js'
import { ServiceSpec } from '../service/spec.js'
import { faultText } from '../spec-failure.js'
import { TerraformSpec } from '../terraform/spec.js'

const SPECS = { Service: ServiceSpec, Terraform: TerraformSpec } as const

/** One document of a file and where to look for what is wrong with it. */
interface Source {
  readonly file: string
  readonly document: Document
  readonly lines: LineCounter
}

/**
 * Reads Kubernetes objects from YAML files and folders; `-` is standard input. Objects without a namespace get
 * `default`. Throws one `InvalidInput` that names file, line, fault and cure.
 */
export function readManifests(paths: readonly string[]): KubernetesObject[] {
  const objects = paths.flatMap(filesOf).flatMap(readFile)
  const seen = new Set<string>()
  for (const { apiVersion, kind, metadata } of objects) {
    const id = `${kind} '${metadata.name}' in namespace '${metadata.namespace ?? ''}'`
    if (seen.has(`${apiVersion} ${id}`)) throw new AlustanError('InvalidInput', `${id} is given twice; remove one`)
    seen.add(`${apiVersion} ${id}`)
  }
  return objects
}

function filesOf(path: string): string[] {
  if (path === '-') return [path]
  try {
    if (!statSync(path).isDirectory()) return [path]
    const files = readdirSync(path).filter(name => /\.ya?ml$/.test(name))
    return files.sort().map(name => `${path}/${name}`)
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

function readFile(file: string): KubernetesObject[] {
  const lines = new LineCounter()
  const documents = parseAllDocuments(textOf(file), { lineCounter: lines })
  return 'empty' in documents
    ? []
    : documents
        .filter(document => document.contents !== null || document.errors.length > 0)
        .map(document => readDocument({ file, document, lines }))
}

function textOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

function unreadable(path: string, cause: unknown): AlustanError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
  return new AlustanError('InvalidInput', `${path}: cannot be read (${code}); give a YAML file, a folder of them, or -`)
}

function readDocument(source: Source): KubernetesObject {
  const [error] = source.document.errors
  if (error !== undefined) {
    const [text = ''] = error.message.split(' at line ')
    throw fault(source, error.pos[0], `is no YAML: ${text}`)
  }
  const start = source.document.contents?.range?.[0] ?? 0
  if (!isMap(source.document.contents)) throw fault(source, start, 'is no mapping; write apiVersion, kind and metadata')
  const object = source.document.toJS({ maxAliasCount: 100 }) as Partial<KubernetesObject>
  const { apiVersion, kind, metadata } = object
  if (typeof apiVersion !== 'string') throw fault(source, start, 'has no apiVersion')
  if (typeof kind !== 'string') throw fault(source, start, 'has no kind')
  if (typeof metadata?.name !== 'string') throw fault(source, start, `${kind} has no metadata.name`)
  checkOurs(source, { ...object, apiVersion, kind, metadata })
  return { ...object, apiVersion, kind, metadata: { ...metadata, namespace: metadata.namespace ?? 'default' } }
}

function checkOurs(source: Source, { apiVersion, kind, metadata, spec }: KubernetesObject): void {
  if (!apiVersion.startsWith('alustan.io/')) return
  const title = `${kind} '${metadata.name}'`
  const schema = kind === 'Service' || kind === 'Terraform' ? SPECS[kind] : undefined
  if (apiVersion !== API_VERSION || schema === undefined) {
    throw fault(
      source,
      0,
      `${title} is of ${apiVersion}; alustan has the kinds Service and Terraform of ${API_VERSION}`,
    )
  }
  const parsed = schema.safeParse(spec)
  const [issue] = parsed.error?.issues ?? []
  if (issue === undefined) return
  const offset = offsetOf(source.document, ['spec', ...issue.path.map(String)])
  throw fault(source, offset, `${title}: ${faultText(issue)}`)
}

/** Where the nearest thing on the path begins that the document has. */
function offsetOf(document: Document, path: readonly string[]): number {
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true)
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range))
      return Number(node.range[0])
  }
  return document.contents?.range?.[0] ?? 0
}

function fault({ file, lines }: Source, offset: number, text: string): AlustanError {
  return new AlustanError('InvalidInput', `${file}:${lines.linePos(offset).line}: ${text}`)
}
