import { run } from './shell.js'

/** An object as `kubectl get -o json` prints it, read freely. */
export type Seen = any

/** Applies manifests as a user does. */
export async function apply(...objects: unknown[]): Promise<void> {
  // As JSON: of a YAML 1.2 text, kubectl would read a plain `yes` as true.
  await run('kubectl', ['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
}

/** One object, or undefined when it does not exist. */
export async function get(kind: string, name: string, namespace: string): Promise<Seen> {
  const text = await run('kubectl', ['get', kind, name, '-n', namespace, '-o', 'json', '--ignore-not-found'])
  return text === '' ? undefined : JSON.parse(text)
}

/** All objects of a kind in a namespace, or those with a label. */
export async function list(kind: string, namespace: string, selector = ''): Promise<Seen[]> {
  const text = await run('kubectl', ['get', kind, '-n', namespace, '-o', 'json', ...(selector ? ['-l', selector] : [])])
  return JSON.parse(text).items
}

/** Merges a patch into an object. */
export async function patch(kind: string, name: string, namespace: string, change: unknown): Promise<void> {
  await run('kubectl', ['patch', kind, name, '-n', namespace, '--type', 'merge', '-p', JSON.stringify(change)])
}

/** Deletes an object and does not wait for its end. */
export async function remove(kind: string, name: string, namespace: string, ...options: string[]): Promise<void> {
  await run('kubectl', ['delete', kind, name, '-n', namespace, '--wait=false', ...options])
}
