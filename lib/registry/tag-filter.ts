import { AlustanError } from '../errors.js'
import { parsePattern, type Pattern } from './pattern.js'

/** A step of the machine that a pattern becomes; steps are named by their index. */
type Step =
  | { kind: 'character'; isIn: (code: number) => boolean; next: number }
  | { kind: 'split'; next: number[] }
  | { kind: 'start' | 'end'; next: number }
  | { kind: 'match' }

/** Where the machine stands after a text's beginning; what follows each character is found once and kept. */
interface State {
  readonly steps: readonly number[]
  readonly isMatch: boolean
  readonly isMatchAtEnd: boolean
  readonly next: Map<number, State>
}

/** Bounds of memory: steps of a pattern, and states that are kept of it. */
const MAX_STEPS = 2000
const MAX_STATES = 500

/**
 * Makes a test of `tagFilter`. JavaScript's own engine can take years over a hostile pattern; this one is a finite
 * automaton, so a tag costs time in proportion to its length. Throws `InvalidSpec` when the pattern cannot be read.
 */
export function parseTagFilter(text: string): (tag: string) => boolean {
  try {
    return automaton(compile(parsePattern(text)))
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    const cure = 'use literals, [a-z], \\d, \\w, ., ( | ), * + ? {n,m}, ^ and $'
    throw new AlustanError('InvalidSpec', `tagFilter '${text}' ${cause.message}; ${cure}`, { cause })
  }
}

interface Program {
  readonly steps: readonly Step[]
  readonly first: number
}

/** Builds the machine from its end: each part is told what comes after it (Thompson's construction). */
function compile(pattern: Pattern): Program {
  const steps: Step[] = [{ kind: 'match' }]
  const add = (step: Step): number => {
    if (steps.length >= MAX_STEPS) throw new SyntaxError('is too large once its {n,m} are written out')
    return steps.push(step) - 1
  }
  const build = (part: Pattern, next: number): number => {
    switch (part.kind) {
      case 'character':
        return add({ ...part, next })
      case 'start':
      case 'end':
        return add({ kind: part.kind, next })
      case 'sequence':
        return part.parts.reduceRight((after, inner) => build(inner, after), next)
      case 'either':
        return add({ kind: 'split', next: part.parts.map(inner => build(inner, next)) })
      case 'repeat':
        return buildRepeat(part, next)
    }
  }
  const buildRepeat = ({ part, min, max }: Extract<Pattern, { kind: 'repeat' }>, next: number): number => {
    let first = next
    if (max === Infinity) {
      const loop: number[] = [next]
      first = add({ kind: 'split', next: loop })
      loop.push(build(part, first))
    } else {
      for (let times = min; times < max; times++) first = add({ kind: 'split', next: [next, build(part, first)] })
    }
    for (let times = 0; times < min; times++) first = build(part, first)
    return first
  }
  return { first: build(pattern, 0), steps }
}

function automaton({ steps, first }: Program): (tag: string) => boolean {
  const states = new Map<string, State>()
  const stateOf = (from: readonly number[], isStart: boolean): State => {
    const reached = closure(steps, from, isStart, false)
    const key = `${String(isStart)} ${reached.join(' ')}`
    let state = states.get(key)
    if (state === undefined) {
      const isMatchAtEnd = closure(steps, from, isStart, true).includes(0)
      state = { steps: reached, isMatch: reached.includes(0), isMatchAtEnd, next: new Map() }
      states.set(key, state)
    }
    return state
  }
  let begin = stateOf([first], true)
  return tag => {
    if (states.size > MAX_STATES) {
      states.clear()
      begin = stateOf([first], true)
    }
    let state = begin
    for (let at = 0; at < tag.length && !state.isMatch; at++) {
      const code = tag.charCodeAt(at)
      let next = state.next.get(code)
      if (next === undefined) {
        next = stateOf([...successors(steps, state, code), first], false)
        state.next.set(code, next)
      }
      state = next
    }
    return state.isMatch || state.isMatchAtEnd
  }
}

function successors(steps: readonly Step[], state: State, code: number): number[] {
  return state.steps.flatMap(index => {
    const step = steps[index]
    return step?.kind === 'character' && step.isIn(code) ? [step.next] : []
  })
}

/** All steps that are reached without reading a character, in order. */
function closure(steps: readonly Step[], from: readonly number[], isStart: boolean, isEnd: boolean): number[] {
  const seen = new Set<number>()
  const open = [...from]
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (seen.has(index)) continue
    seen.add(index)
    const step = steps[index]
    if (step?.kind === 'split') open.push(...step.next)
    else if ((step?.kind === 'start' && isStart) || (step?.kind === 'end' && isEnd)) open.push(step.next)
  }
  return [...seen].sort((a, b) => a - b)
}
