import { z } from 'zod'
import type { ServiceSpec } from '../service/spec.js'
import { PreviewEnvironment } from './preview-environment.js'

/** Whose copies `status.previews` tells of: whom to tell once they are gone, whatever the spec says by then. */
export const PreviewsOf = z.object({
  gitOwner: z.string().describe('Owner of the GitHub repository of these pull requests.'),
  gitRepo: z.string().describe('Name of that repository.'),
  workspace: z.string().describe('Environment that the copies were deployed to.'),
  feedback: PreviewEnvironment.shape.feedback.unwrap().describe('What the pull requests show of their copies.'),
})
export type PreviewsOf = z.infer<typeof PreviewsOf>

/** A repository of GitHub, whose names do not tell capitals from small letters. */
export type PreviewRepository = Pick<PreviewsOf, 'gitOwner' | 'gitRepo'>

/** Its name, which is the same for the same repository. */
export function repositoryName({ gitOwner, gitRepo }: PreviewRepository): string {
  return `${gitOwner}/${gitRepo}`.toLowerCase()
}

/** Whether both are the same repository. */
export function isSameRepository(one: PreviewRepository, other: PreviewRepository): boolean {
  return repositoryName(one) === repositoryName(other)
}

/** Whose copies a spec asks for; undefined when it says nothing of copies. */
export function askedPreviewsOf({ workspace, previewEnvironment }: ServiceSpec): PreviewsOf | undefined {
  if (previewEnvironment === undefined) return undefined
  const { gitOwner, gitRepo, feedback } = previewEnvironment
  return { gitOwner, gitRepo, workspace, feedback }
}
