import type { ApiObject } from '../engine/cluster.js'
import { table } from './table.js'

/** Where a story is shown: a terminal gets a table that moves, everything else one line for each change. */
export interface Screen {
  /** A sentence of the story. */
  say(text: string): void
  /** Shows how the resources stand at a simulated time. */
  show(resources: readonly ApiObject[], seconds: number): Promise<void>
  /** Ends the table, so that what comes next stands below it. */
  rest(): void
}

interface Status {
  state?: string
  message?: string
  image?: string
}

/** Real time that one step of a table takes: long enough to be seen. */
const FRAME_MS = 180
const COLOURS: Record<string, number> = {
  Completed: 32,
  Success: 32,
  Failed: 31,
  Error: 31,
  Blocked: 33,
  Progressing: 36,
}

/** What a screen needs of a stream such as `process.stdout`. */
export type Terminal = Pick<NodeJS.WriteStream, 'isTTY' | 'columns'> & { write(text: string): unknown }

/** The screen for a stream: `NO_COLOR` and streams that are no terminal are honoured. */
export function screenFor(stream: Terminal, env: NodeJS.ProcessEnv, frameMs = FRAME_MS): Screen {
  const isColoured = env.NO_COLOR === undefined || env.NO_COLOR === ''
  return stream.isTTY ? movingScreen(stream, isColoured, frameMs) : plainScreen(stream)
}

function cells({ kind, metadata, status }: ApiObject): [string, string, string, string, string] {
  const { state = '', message = '', image = '' } = (status ?? {}) as Status
  const isGoing = metadata.deletionTimestamp !== undefined && !message.includes('being deleted')
  return [kind, metadata.name, state, image, isGoing ? `is being deleted; ${message}` : message]
}

function plainScreen(stream: Terminal): Screen {
  const last = new Map<string, string>()
  const line = (seconds: number, what: string, text: string) => {
    stream.write(`${`+${seconds.toFixed(1)}s`.padStart(9)}  ${what.padEnd(26)}  ${text}\n`)
  }
  return {
    say: text => stream.write(`\n${text}\n`),
    rest: () => undefined,
    async show(resources, seconds) {
      const now = new Map<string, string>()
      for (const resource of resources) {
        const [kind, name, state, image, message] = cells(resource)
        now.set(`${kind}/${name}`, [state.padEnd(11), image, message].filter(part => part !== '').join('  '))
      }
      for (const [what, text] of now) if (last.get(what) !== text && text !== '') line(seconds, what, text)
      for (const what of last.keys()) if (!now.has(what)) line(seconds, what, 'is gone')
      last.clear()
      for (const [what, text] of now) last.set(what, text)
    },
  }
}

function movingScreen(stream: Terminal, isColoured: boolean, frameMs: number): Screen {
  let height = 0
  let shown = ''
  const paint = (line: string) =>
    isColoured
      ? line.replace(
          /\b(Completed|Success|Failed|Error|Blocked|Progressing)\b/,
          word => `\x1b[${COLOURS[word] ?? 0}m${word}\x1b[0m`,
        )
      : line
  return {
    say: text => stream.write(`\n${isColoured ? `\x1b[1m${text}\x1b[0m` : text}\n`),
    rest: () => {
      height = 0
      shown = ''
    },
    async show(resources, seconds) {
      const lines = table([['KIND', 'NAME', 'STATE', 'IMAGE', 'MESSAGE'], ...resources.map(cells)])
      const frame = lines.map(line => paint(line.slice(0, Math.max(40, stream.columns - 1)))).join('\n')
      if (frame === shown) return
      shown = frame
      const up = height > 0 ? `\x1b[${height}F\x1b[J` : ''
      stream.write(
        `${up}${frame}\n${isColoured ? '\x1b[2m' : ''}after ${seconds.toFixed(1)} s${isColoured ? '\x1b[0m' : ''}\n`,
      )
      height = lines.length + 1
      await new Promise(resolve => setTimeout(resolve, frameMs))
    },
  }
}
