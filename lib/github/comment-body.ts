import type { Telling } from './feedback-note.js'
import { previewState } from './preview-state.js'

const MAX_TEXT = 300
const SHORT_SHA = 7

/** The first line of a comment of ours, which nobody sees: by it the comment of a Service is found again. */
export function commentMarker({ workspace, namespace, name }: Telling['service']): string {
  return `<!-- alustan preview ${workspace}/${namespace}/${name} -->`
}

/** The comment that tells of a copy. Texts of others are shown as they are: they format, mention and link nothing. */
export function commentBody({ service, preview }: Telling): string {
  const { words, hasMessage } = previewState(preview)
  const head = `**Preview of ${codeSpan(service.name)}** in ${codeSpan(service.workspace)} ${words}.`
  const lines = [commentMarker(service), head]
  if (typeof preview !== 'string') {
    if (hasMessage && preview.message !== undefined) lines.push('', codeSpan(preview.message))
    const urls = preview.reason === undefined || preview.reason === 'progressing' ? preview.urls : []
    const links = urls.flatMap(url => link(url) ?? [])
    const commit = `- Commit ${codeSpan(preview.sha.slice(0, SHORT_SHA))}`
    const namespace = preview.namespace === undefined ? [] : [`- Namespace ${codeSpan(preview.namespace)}`]
    lines.push('', ...links.map(each => `- ${each}`), commit, ...namespace)
  }
  return lines.join('\n')
}

/** Text in markdown that stays text: in a code span nothing has a meaning but the backticks that end it. */
export function codeSpan(text: string): string {
  const flat = text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_TEXT)
    .replace(/[\ud800-\udbff]$/, '')
  if (flat === '') return '``` ```'
  const longest = Math.max(0, ...[...flat.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${longest > 0 ? ` ${flat} ` : flat}${fence}`
}

/** An http(s) URL as a link to itself; undefined for anything else. */
function link(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const { protocol, href } = new URL(text)
  return ['http:', 'https:'].includes(protocol) && !/[<>\s]/.test(href) ? `<${href}>` : undefined
}
