/** A map with each value made anew. Keys such as `__proto__` stay plain keys. */
export function mapValues(map: object, make: (value: unknown, key: string) => unknown): Record<string, unknown> {
  const made: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(map)) {
    if (key === '__proto__')
      Object.defineProperty(made, key, {
        value: make(value, key),
        enumerable: true,
        writable: true,
        configurable: true,
      })
    else made[key] = make(value, key)
  }
  return made
}
