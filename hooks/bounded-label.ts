const MAX_VALUES = 50

/** Keeps a label's values few although users choose them: after the first 50 every new one is `other`. */
export function boundedLabel(): (value: string) => string {
  const known = new Set<string>()
  return value => {
    if (known.size < MAX_VALUES) known.add(value)
    return known.has(value) ? value : 'other'
  }
}
