import { basename } from 'node:path'

/** How this program is called: kubectl runs an executable of that name as `kubectl alustan`. */
export function programName(): string {
  return basename(process.argv[1] ?? '').startsWith('kubectl-alustan') ? 'kubectl alustan' : 'alustan'
}

/** The command that traces `Kind/name`, to be copied. */
export function traceInvocation(resource: string, namespace: string): string {
  const argument = resource.replace(/^[A-Z]/, letter => letter.toLowerCase())
  return `${programName()} trace ${argument} -n ${namespace}`
}
