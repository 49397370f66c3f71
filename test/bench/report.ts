import { writeFileSync } from 'node:fs'

/** One claim: a ratio that was measured side by side, and what it should be. */
export interface Measurement {
  readonly claim: string
  readonly ratio: number
  readonly limit: { readonly atLeast: number } | { readonly atMost: number }
  /** The two figures behind the ratio, for people. */
  readonly detail: string
}

/** Whether the measured ratio is within its limit. */
export function holds({ ratio, limit }: Measurement): boolean {
  return 'atLeast' in limit ? ratio >= limit.atLeast : ratio <= limit.atMost
}

/** Prints all measurements as a table and writes them as JSON. */
export function report(measurements: readonly Measurement[], file: string): void {
  const rows = measurements.map(measurement => [
    measurement.claim,
    measurement.ratio.toFixed(3),
    'atLeast' in measurement.limit ? `>= ${measurement.limit.atLeast}` : `<= ${measurement.limit.atMost}`,
    holds(measurement) ? 'yes' : 'NO',
    measurement.detail,
  ])
  const table = [['CLAIM', 'RATIO', 'LIMIT', 'HOLDS', 'MEASURED'], ...rows]
  const widths = [0, 1, 2, 3].map(column => Math.max(...table.map(row => row[column]?.length ?? 0)))
  for (const row of table) console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
  writeFileSync(
    file,
    `${JSON.stringify(
      measurements.map(entry => ({ ...entry, holds: holds(entry) })),
      null,
      2,
    )}\n`,
  )
}

/** The middle one of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
