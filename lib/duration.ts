const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600 } as const

/**
 * Reads a Go duration (`90s`, `5m`, `1h30m`, `1.5h`) as seconds; undefined when it is none.
 * Syntax: Go's `time.ParseDuration`, without sign and without units below the millisecond.
 */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined
  let seconds = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    seconds += Number(amount) * SECONDS[unit as keyof typeof SECONDS]
  }
  return seconds
}
