import { isDeepStrictEqual } from 'node:util'

/** In every secret of the tests, and nowhere else: where it shows up, a secret got out. */
export const MARK = 'canary-7f3a'

/** A secret for a test, named after what it is. */
export function canary(what: string): string {
  return `${MARK}-${what}`
}

/** The mark as base64 holds it, at each of the three ways in which it may fall on groups of three bytes. */
const ENCODED = [0, 1, 2].map(shift => {
  const text = Buffer.from('x'.repeat(shift) + MARK).toString('base64')
  // What the neighbours change is left out.
  return text.slice(shift === 0 ? 0 : 4, -4)
})

/** The places of a text where a canary shows up, plain or as base64, with what is around them. */
export function leaks(text: string): string[] {
  return [MARK, ...ENCODED].flatMap(sign => {
    const at = text.indexOf(sign)
    return at === -1 ? [] : [`…${text.slice(Math.max(0, at - 80), at + 80)}…`]
  })
}

/**
 * What of an answer may hold no secret: all but the values of an ApplicationSet, the environment of a Job and the data
 * of a Secret, which is where a user's secrets have to go.
 */
export function openParts(answer: { status?: unknown; children?: readonly any[] }): string {
  const children = (answer.children ?? []).map(child => {
    const { spec, ...rest } = structuredClone(child)
    if (child.kind === 'Secret') delete rest.data
    if (child.kind === 'ApplicationSet') delete spec.generators
    for (const container of spec?.template?.spec?.containers ?? []) delete container.env
    return { ...rest, spec }
  })
  return JSON.stringify({ ...answer, children })
}

/** A request with a canary in every secret that it holds: values of workspaces, data of Secrets, variables of runs. */
export function plantCanaries(request: any): any {
  const planted = structuredClone(request)
  const maps = [planted.children, planted.related].flatMap(map => Object.values(map ?? {}))
  for (const object of maps.flatMap((group: any) => Object.values(group)) as any[]) {
    if (object.kind === 'Secret') plantInSecret(object)
    for (const container of object.spec?.template?.spec?.containers ?? []) {
      for (const variable of container.env ?? []) if (variable.name.startsWith('TF_VAR_')) plant(variable, 'value')
    }
  }
  const variables = planted.parent.spec?.variables
  for (const name of Object.keys(variables ?? {})) plant(variables, name)
  return planted
}

/** Whether a request had any secret to plant a canary in. */
export function isPlanted(request: unknown): boolean {
  return !isDeepStrictEqual(plantCanaries(request), request)
}

function plantInSecret({ metadata, data }: any): void {
  for (const key of Object.keys(metadata.annotations ?? {})) if (!key.includes('/')) plant(metadata.annotations, key)
  for (const key of Object.keys(data ?? {})) data[key] = Buffer.from(canary(key)).toString('base64')
}

function plant(map: Record<string, unknown>, key: string): void {
  if (typeof map[key] === 'string' && map[key] !== '') map[key] = canary(key)
}
