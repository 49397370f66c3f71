import type fc from 'fast-check'

/** Something that reads text from outside. */
export interface Reader {
  /** Also the name of the folder of its corpus. */
  readonly name: string
  /** How texts of the corpus are changed: by their characters, or by the values in them. */
  readonly format: 'text' | 'json'
  /** Odd text of the shapes that it knows. */
  readonly input: fc.Arbitrary<string>
  /** May throw our own failures and nothing else; an answer that comes later is waited for. */
  readonly read: (input: string) => unknown
}
