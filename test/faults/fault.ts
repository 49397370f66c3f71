/** One fault of the world around alustan, and a play that shows what alustan does under it. */
export interface Fault {
  readonly number: number
  readonly fault: string
  /** What is right then, in a line. */
  readonly right: string
  /** Plays it; throws when something else was seen, answers what was seen. */
  readonly play: () => Promise<string>
}
