/** Longest part of a foreign message that is repeated in ours. */
const MAX_LENGTH = 500

/** A message of somebody else as part of ours: one line of bounded length. */
export function foreignText(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim()
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}…` : line
}
