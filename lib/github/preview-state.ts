import type { LastWord, NotedPreview } from './feedback-note.js'

/** How a copy stands: as a state of a GitHub deployment, and in words. */
export interface PreviewState {
  readonly state: 'success' | 'in_progress' | 'queued' | 'failure' | 'inactive'
  readonly words: string
  /** Whether `message` says more; that of a copy on its way changes all the time. */
  readonly hasMessage: boolean
}

/** The state of a copy, or the last that is told of it. */
export function previewState(preview: NotedPreview | LastWord): PreviewState {
  if (preview === 'removed') return { state: 'inactive', words: 'is removed', hasMessage: false }
  if (preview === 'untold') return { state: 'inactive', words: 'is not told of here any more', hasMessage: false }
  switch (preview.reason) {
    case undefined:
      return { state: 'success', words: 'is up', hasMessage: false }
    case 'progressing':
      return { state: 'in_progress', words: 'is on its way', hasMessage: false }
    case 'waitingForImage':
      return { state: 'queued', words: 'waits for its image', hasMessage: true }
    case 'failed':
      return { state: 'failure', words: 'failed', hasMessage: true }
    default:
      return { state: 'failure', words: 'is not made', hasMessage: true }
  }
}
