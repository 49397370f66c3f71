import { MAX_DEPTH } from './placeholders.js'

/**
 * The paths of all numbers that may be others than those that were written: integers so large that reading them rounds
 * them, without a word. What is nested beyond reason is not looked at; `fillPlaceholders` refuses it.
 */
export function inexactNumbers(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value === 'number') return isExact(value) ? [] : [path]
  if (typeof value !== 'object' || value === null || path.length > MAX_DEPTH) return []
  return Object.entries(value).flatMap(([key, part]) => inexactNumbers(part, [...path, key]))
}

function isExact(number: number): boolean {
  return Number.isSafeInteger(number) || (Number.isFinite(number) && !Number.isInteger(number))
}
