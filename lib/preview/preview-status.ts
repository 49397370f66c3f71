import { z } from 'zod'

/** The copy of one pull request (an entry of `status.previews`). */
export const Preview = z.object({
  number: z.number().int().describe('Number of the pull request.'),
  title: z.string().optional().describe('Its title, shortened.'),
  branch: z.string().describe('Its branch.'),
  sha: z.string().describe('Its newest commit.'),
  namespace: z.string().optional().describe('Namespace of the copy, which is also the name of its Application.'),
  image: z.string().optional().describe('Image that the copy runs, with its tag.'),
  health: z.string().optional().describe('Health of its Application. Examples: `Healthy`, `Progressing`, `Degraded`.'),
  urls: z.array(z.string()).describe('Its addresses; they answer once it is Healthy.'),
  reason: z
    .enum([
      'waitingForImage',
      'waitingForList',
      'maxPreviews',
      'forkNotAllowed',
      'invalidHost',
      'invalidImageTag',
      'tooLarge',
      'nameConflict',
      'progressing',
      'failed',
    ])
    .optional()
    .describe('Why it is not up as its newest commit wants it; absent when it is.'),
  message: z.string().optional().describe('The same as a sentence.'),
})
export type Preview = z.infer<typeof Preview>

/** Whether a pull request should have a copy; the others are only named. */
export function isWanted({ reason }: Pick<Preview, 'reason'>): boolean {
  return reason !== 'maxPreviews' && reason !== 'forkNotAllowed'
}
