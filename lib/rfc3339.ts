let newest = { second: NaN, text: '' }

/** A time in ms since 1970 as Kubernetes writes it: RFC 3339, UTC, whole seconds. Every call of a hook wants the current one. */
export function rfc3339(ms: number): string {
  const second = Math.floor(ms / 1000)
  if (newest.second !== second) newest = { second, text: new Date(second * 1000).toISOString().replace('.000Z', 'Z') }
  return newest.text
}
