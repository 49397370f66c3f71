/** Largest output that is kept, in bytes: under dynamic-apply it stands in an annotation too, of 256 KiB at most. */
export const MAX_OUTPUT_BYTES = 200 * 1024
const MAX_DEPTH = 50

/** What a postDeploy script reported, or what is wrong with it. */
export type Output =
  | { readonly outputs: Record<string, unknown>; readonly fault?: undefined }
  | { readonly outputs?: undefined; readonly fault: string }

/**
 * Finds the last JSON object with `outputs` at its top level in what a script printed, whatever else it printed, and
 * takes what is under it. Entries `{value, sensitive: true}` are left out, also nested ones (as `terraform output -json`
 * marks them). Takes time in proportion to the log.
 */
export function parseOutput(log: string): Output {
  const document = lastDocument(log)
  if (document === undefined) {
    return { fault: 'it printed no JSON object with "outputs" at its top level; print one, as the last of its kind' }
  }
  const { outputs } = document
  if (!isMap(outputs)) return { fault: '"outputs" is no map; print {"outputs": {"name": value}}' }
  if (isDeeperThan(outputs, MAX_DEPTH))
    return { fault: `"outputs" is nested deeper than ${MAX_DEPTH} levels; flatten it` }
  const open = isSensitive(outputs) ? {} : (withoutSensitive(outputs) as Record<string, unknown>)
  const bytes = Buffer.byteLength(JSON.stringify(open))
  if (bytes <= MAX_OUTPUT_BYTES) return { outputs: open }
  return { fault: `"outputs" has ${bytes} bytes, more than the ${MAX_OUTPUT_BYTES} that are kept; report less` }
}

/** How often a log may be read over in search of documents, so that a hostile one costs little. */
const MAX_PASSES = 10

function lastDocument(log: string): Record<string, unknown> | undefined {
  let last: Record<string, unknown> | undefined
  let budget = log.length * MAX_PASSES
  for (let start = log.indexOf('{'); start !== -1 && budget > 0;) {
    const { end, isWhole } = readOn(log, start)
    budget -= end - start
    const document = isWhole ? readObject(log.slice(start, end)) : undefined
    if (document !== undefined && Object.hasOwn(document, 'outputs')) last = document
    // What is within a document is no document of its own.
    start = log.indexOf('{', document === undefined ? start + 1 : end)
  }
  return last
}

/** A piece of JSON. Text that is none ends a reading at once, so that noise before a document is cheap. */
const TOKEN = /\s*(?:\{(?=\s*["}])|[}\],:[]|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|-?\d[\d.eE+-]*|true|false|null)/y

/** Reads JSON on from a `{`: to the `}` that closes it, or as far as it can be JSON. */
function readOn(log: string, start: number): { end: number; isWhole: boolean } {
  let depth = 0
  let end = start
  for (;;) {
    TOKEN.lastIndex = end
    if (!TOKEN.test(log)) return { end: end + 1, isWhole: false }
    end = TOKEN.lastIndex
    const last = log[end - 1]
    if (last === '{' || last === '[') depth++
    else if ((last === '}' || last === ']') && --depth === 0) return { end, isWhole: true }
  }
}

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isMap(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some(part => isDeeperThan(part, levels - 1))
}

/** Keys that would reach an object's prototype are left out as well: nobody means them. */
function withoutSensitive(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter(part => !isSensitive(part)).map(withoutSensitive)
  if (!isMap(value)) return value
  const open = Object.entries(value).filter(([key, part]) => key !== '__proto__' && !isSensitive(part))
  return Object.fromEntries(
    open.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]) => [key, withoutSensitive(part)]),
  )
}

function isSensitive(value: unknown): boolean {
  return isMap(value) && value.sensitive === true
}
