import { readFileSync, readdirSync, statSync } from 'node:fs'
import { type Document, LineCounter, isScalar, parseAllDocuments } from 'yaml'
import { AlustanError } from '../errors.js'
import type { KubernetesObject } from '../metacontroller.js'
import { API_VERSION } from '../names.js'
import { type Manifest, readDocument } from './manifest-document.js'

/** Says what is wrong with an object for the one who asked, if anything is. */
export type Refuse = (object: KubernetesObject) => string | undefined

/**
 * Reads Kubernetes objects from YAML files and folders; `-` is standard input. Objects without a namespace get
 * `default`. Throws one `InvalidInput` that names file, line, fault and cure; also when nothing of ours is there.
 */
export function readManifests(paths: readonly string[], refuse: Refuse = () => undefined): KubernetesObject[] {
  const seen = new Map<string, string>()
  const objects: KubernetesObject[] = []
  for (const { object, at } of [...new Set(paths)].flatMap(filesOf).flatMap(readFile)) {
    const { apiVersion, kind, metadata } = object
    const where = metadata.namespace === undefined ? '' : ` in namespace '${metadata.namespace}'`
    const title = `${kind} '${metadata.name}'${where}`
    const id = `${apiVersion.replace(/\/.*/, '')} ${title}`
    const before = seen.get(id)
    if (before !== undefined) throw invalid(`${at}: ${title} is given at ${before} too; remove one`)
    seen.set(id, at)
    const fault = refuse(object)
    if (fault !== undefined) throw invalid(`${at}: ${kind} '${metadata.name}': ${fault}`)
    objects.push(object)
  }
  if (objects.some(({ apiVersion }) => apiVersion === API_VERSION)) return objects
  throw invalid(`${paths.join(', ')}: no Service or Terraform of ${API_VERSION} in it; give one`)
}

function filesOf(path: string): string[] {
  if (path === '-') return [path]
  try {
    if (!statSync(path).isDirectory()) return [path]
    const entries = readdirSync(path, { withFileTypes: true })
    const files = entries.filter(entry => /\.ya?ml$/.test(entry.name) && !entry.isDirectory())
    if (files.length > 0) return files.map(({ name }) => `${path.replace(/\/+$/, '')}/${name}`).sort()
  } catch (cause) {
    throw unreadable(path, cause)
  }
  throw invalid(`${path}: has no file that ends in .yaml or .yml; give a folder that has, or a file`)
}

function readFile(file: string): Manifest[] {
  const text = textOf(file)
  const lineCounter = new LineCounter()
  try {
    const documents = parseAllDocuments(text, { lineCounter, logLevel: 'error' })
    if ('empty' in documents) return []
    return documents
      .filter(document => !isEmpty(document))
      .flatMap(document => readDocument({ file, document, lines: lineCounter }))
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw invalid(`${file}: is nested too deep to be read; flatten it`)
  }
}

/** Whether there is nothing but comments. */
function isEmpty({ contents, errors }: Document): boolean {
  return errors.length === 0 && (contents === null || (isScalar(contents) && contents.value === null))
}

function textOf(file: string): string {
  const text = bytesOf(file).toString('utf8')
  const odd = text.search(/[\0\ufffd]/)
  if (odd === -1) return text
  const line = text.slice(0, odd).split('\n').length
  throw invalid(`${file}:${line}: is no UTF-8 text; give a YAML file, saved as UTF-8`)
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file === '-' ? 0 : file)
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

function unreadable(path: string, cause: unknown): AlustanError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
  return invalid(`${path}: cannot be read (${code}); give a YAML file, a folder of them, or -`)
}

function invalid(message: string): AlustanError {
  return new AlustanError('InvalidInput', message)
}
