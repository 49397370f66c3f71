import { parseJson } from '../../lib/http/parse-json.js'

interface GivenAnswer {
  readonly status: number
  readonly headers: Record<string, unknown>
  readonly body: unknown
}

const WITHOUT_BODY = [204, 205, 304]

/**
 * A `fetch` that is answered with what the text says: a JSON list of `{status, headers, body}`, the last one again and
 * again. What no HTTP client would let through (an odd status, a line break in a header) is left out.
 */
export function answering(text: string): typeof fetch {
  const given = parseJson(text)
  const answers = (Array.isArray(given) ? given : []).map(readAnswer)
  let asked = 0
  return async () => {
    const { status, headers, body } = answers[Math.min(asked++, answers.length - 1)] ?? readAnswer(undefined)
    const sent = new Headers()
    for (const [name, value] of Object.entries(headers)) {
      if (/^[a-z-]+$/i.test(name)) sent.set(name, String(value).replace(/[^\t\x20-\x7e\x80-\xff]/g, ''))
    }
    const content = typeof body === 'string' ? body : JSON.stringify(body)
    return new Response(WITHOUT_BODY.includes(status) ? null : content, { status, headers: sent })
  }
}

function readAnswer(given: unknown): GivenAnswer {
  const { status, headers, body } = (given ?? {}) as Partial<Record<string, unknown>>
  return {
    status: typeof status === 'number' && status >= 200 && status <= 599 ? Math.floor(status) : 200,
    headers: typeof headers === 'object' && headers !== null ? { ...headers } : {},
    body: body ?? null,
  }
}
