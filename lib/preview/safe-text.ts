/** Control characters, marks that turn the direction of text, and halves of characters. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}]/gu

/** Text of a stranger as one line of at most `max` characters that no terminal and no page is confused by. */
export function safeText(text: string, max: number): string {
  const line = text.replace(/\s+/g, ' ').replace(UNSAFE, '').trim()
  const characters = Array.from(line)
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : line
}
