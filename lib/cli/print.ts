/** How a command prints what it found. */
export type Format = 'json' | 'yaml' | 'table'

/** Prints a report for programs, or laid out by `layOut` for people. */
export async function print<Report>(
  report: Report,
  format: Format,
  layOut: (report: Report) => string[],
): Promise<void> {
  process.stdout.write(await render(report, format, layOut))
}

async function render<Report>(report: Report, format: Format, layOut: (report: Report) => string[]): Promise<string> {
  if (format === 'json') return `${JSON.stringify(report, null, 2)}\n`
  if (format === 'yaml') {
    const { stringify } = await import('yaml')
    return stringify(report, { lineWidth: 0, aliasDuplicateObjects: false })
  }
  return `${layOut(report).join('\n')}\n`
}
