import type { NotedPreview } from './feedback-note.js'

/** How a copy stands: as a state of a GitHub deployment, and in words. */
export interface PreviewState {
  readonly state: 'success' | 'in_progress' | 'queued' | 'failure' | 'inactive'
  readonly words: string
  /** Whether `message` says more; that of a copy on its way changes all the time. */
  readonly hasMessage: boolean
}

/** The state of a copy; undefined is one that is gone. */
export function previewState(preview: NotedPreview | undefined): PreviewState {
  if (preview === undefined) return { state: 'inactive', words: 'is removed', hasMessage: false }
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
