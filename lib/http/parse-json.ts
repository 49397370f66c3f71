/** JSON, or undefined where the text is none: what a page of HTML comes to. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
