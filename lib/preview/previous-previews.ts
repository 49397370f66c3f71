import { z } from 'zod'
import { Preview } from './preview-status.js'
import { PreviewsOf } from './previews-of.js'

/** What is read of a status that was written before. */
const Previous = z
  .object({ previews: z.array(Preview).default([]).catch([]), previewsOf: PreviewsOf.optional().catch(undefined) })
  .catch({ previews: [] })

/** The copies that a status tells of, by number, and whose they are. */
export function previousPreviews(status: unknown): { previews: Map<number, Preview>; of: PreviewsOf | undefined } {
  const { previews, previewsOf } = Previous.parse(status ?? {})
  return { previews: new Map(previews.map(preview => [preview.number, preview])), of: previewsOf }
}
