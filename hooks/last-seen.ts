import { remember } from './remember.js'

const MAX_REMEMBERED = 20_000

/** Tells whether something differs from what was last seen under its key; of very many keys the oldest are forgotten. */
export function lastSeen(): (key: string, value: string) => boolean {
  const values = new Map<string, string>()
  return (key, value) => {
    if (values.get(key) === value) return false
    remember(values, key, value, MAX_REMEMBERED)
    return true
  }
}
