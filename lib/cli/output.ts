/** How a command prints what it found: for programs, or for people as a table, a tree or a graph. */
export type Format = 'json' | 'yaml' | 'table' | 'tree' | 'text' | 'mermaid' | 'dot' | 'svg'

/** Where a command's report goes, and in which format. */
export interface Output {
  readonly format: Format
  readonly write: (text: string) => void
}

/** The program's own standard output. */
export function standardOutput(format: Format): Output {
  return { format, write: text => process.stdout.write(text) }
}

/** A report as text; `layOut` is for people. */
export async function formatted<Report>(
  report: Report,
  format: Format,
  layOut: (report: Report) => string[],
): Promise<string> {
  if (format === 'json') return `${JSON.stringify(report, null, 2)}\n`
  if (format !== 'yaml') return `${layOut(report).join('\n')}\n`
  const { stringify } = await import('yaml') // takes a while and memory, and is seldom wanted
  return stringify(report, { lineWidth: 0, aliasDuplicateObjects: false })
}
