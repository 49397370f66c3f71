/** A tag that is a version: full `x.y.z`, perhaps with a leading `v` and a prerelease. */
export interface Tag {
  /** The tag as the registry spells it: this is what gets deployed. */
  readonly text: string
  readonly major: number
  readonly minor: number
  readonly patch: number
  /** Dot-separated identifiers after the hyphen; empty for a release. Numeric ones are numbers. */
  readonly prerelease: readonly (string | number)[]
}
