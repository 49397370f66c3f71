import { z } from 'zod'
import { matchingText } from '../matching-text.js'
import { IMAGE_TAG_TEMPLATE } from './image-tag.js'

const gitHubName = matchingText(/^[A-Za-z0-9_.-]+$/, {
  max: 100,
  message: 'write only the name as GitHub shows it, without https:// and /',
})

/** Copies for pull requests. */
export const PreviewEnvironment = z.object({
  enabled: z
    .boolean()
    .default(false)
    .describe('Whether pull requests get a copy. Turned off, the copies that run are removed.'),
  gitOwner: gitHubName.describe('User or organisation that owns the GitHub repository. Example: `alustan`.'),
  gitRepo: gitHubName.describe('Name of the GitHub repository, without its owner. Example: `web-app-demo`.'),
  imageTag: matchingText(IMAGE_TAG_TEMPLATE, {
    max: 256,
    message:
      'write letters, digits, _, . and -, and of placeholders only {{number}}, {{branchSlug}}, {{headSha}} and {{headShortSha}}',
  })
    .min(1)
    .optional()
    .describe(
      'Tag of the image of a pull request; its copy appears once that tag exists. `{{number}}`, `{{branchSlug}}` (the branch in lower case, all but letters and digits replaced by `-`), `{{headSha}}` and `{{headShortSha}}` (its first 7 characters) are filled in. When left out, a copy runs the image that the Service runs. Example: `pr-{{number}}-{{headShortSha}}`.',
    ),
  labels: z
    .array(z.string().min(1).max(100))
    .min(1)
    .max(10)
    .default(['preview'])
    .meta({ 'x-kubernetes-list-type': 'set' })
    .describe('Labels that a pull request must have, all of them, to get a copy.'),
  maxPreviews: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(20)
    .describe('How many copies there are at most; the pull requests with the highest numbers get one.'),
  allowForks: z
    .boolean()
    .default(false)
    .describe('Whether pull requests from forks get a copy: their code then runs in your cluster.'),
  feedback: z
    .enum(['none', 'comment', 'deployment'])
    .default('none')
    .describe(
      'What the pull request shows of its copy: nothing, a comment that is kept up to date, or a GitHub deployment with the address. The token of alustan must be allowed to write these.',
    ),
})
export type PreviewEnvironment = z.infer<typeof PreviewEnvironment>
