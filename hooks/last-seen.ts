import { remember } from '../lib/remember.js'

/** Tells whether something differs from what was last seen under its key; of very many keys the oldest are forgotten. */
export function lastSeen(): (key: string, value: string) => boolean {
  const values = new Map<string, string>()
  return (key, value) => {
    if (values.get(key) === value) return false
    remember(values, key, value)
    return true
  }
}
