import { shortHash } from '../names.js'

/** Longest DNS label, and so the longest name of a namespace. */
export const MAX_LABEL = 63

/** So many characters of a hash tell apart what would be alike once it is cut. */
const HASH_LENGTH = 8

/** Parts joined by `-`; parts that are empty are left out. */
export function joinLabel(...parts: readonly string[]): string {
  return parts.filter(part => part !== '').join('-')
}

/** The hash of all that makes a name. */
export function nameHash(...parts: readonly unknown[]): string {
  return shortHash(JSON.stringify(parts), HASH_LENGTH)
}

/** The first `length` characters of a label, without a `-` at their end. */
export function cutLabel(text: string, length: number): string {
  return text.slice(0, Math.max(0, length)).replace(/-+$/, '')
}
