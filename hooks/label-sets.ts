/** All sets of labels that there can be, of the values that each label may have. */
export function labelSets(values: Readonly<Record<string, readonly string[]>>): Record<string, string>[] {
  return Object.entries(values).reduce<Record<string, string>[]>(
    (sets, [label, each]) => sets.flatMap(set => each.map(value => ({ ...set, [label]: value }))),
    [{}],
  )
}
