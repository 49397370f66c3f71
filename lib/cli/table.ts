/** Lays rows out as kubectl does: a line each, columns three blanks apart, the first row is the heading. */
export function table(given: readonly (readonly string[])[]): string[] {
  const rows = given.map(row => row.map(cell => cell.replaceAll(/\s*\n\s*/g, ' ')))
  const columns = Math.max(...rows.map(row => row.length))
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  return rows.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('   ')
      .trimEnd(),
  )
}
