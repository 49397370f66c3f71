const MAX_REMEMBERED = 20_000

/** Tells whether something differs from what was last seen under its key; of very many keys the oldest are forgotten. */
export function lastSeen(): (key: string, value: string) => boolean {
  const values = new Map<string, string>()
  return (key, value) => {
    if (values.get(key) === value) return false
    values.delete(key)
    values.set(key, value)
    const oldest = values.keys().next()
    if (values.size > MAX_REMEMBERED && oldest.done === false) values.delete(oldest.value)
    return true
  }
}
