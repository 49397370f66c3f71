import { z } from 'zod'
import { commentBody, commentMarker } from './comment-body.js'
import type { Telling } from './feedback-note.js'
import { Author, PAGE_SIZE, type Writer } from './writer.js'

const Comment = z.object({ id: z.number(), body: z.string().nullable(), user: Author.nullable() })
type Comment = z.infer<typeof Comment>

/**
 * Makes the one comment of a Service in a pull request say what it should. It is looked for before anything is written;
 * where two replicas made one each, whoever comes later sees both and leaves the older.
 */
export async function writeComment(telling: Telling, writer: Writer): Promise<void> {
  const { repository, number, preview } = telling
  const at = { owner: repository.owner, repo: repository.name }
  const body = commentBody(telling)
  let found = await findComments(telling, writer)
  if (found.length === 0) {
    if (typeof preview === 'string') return
    await writer.write(octokit => octokit.rest.issues.createComment({ ...at, issue_number: number, body }))
    found = await findComments(telling, writer)
  }
  const [oldest, ...younger] = found
  for (const { id } of younger) {
    await writer.writeIfThere(octokit => octokit.rest.issues.deleteComment({ ...at, comment_id: id }))
  }
  if (oldest !== undefined && plain(oldest.body) !== plain(body)) {
    await writer.write(octokit => octokit.rest.issues.updateComment({ ...at, comment_id: oldest.id, body }))
  }
}

async function findComments({ repository, service, number }: Telling, writer: Writer): Promise<Comment[]> {
  const comments = await writer.readAll(Comment, (octokit, page) =>
    octokit.rest.issues.listComments({
      owner: repository.owner,
      repo: repository.name,
      issue_number: number,
      per_page: PAGE_SIZE,
      page,
    }),
  )
  const ours: Comment[] = []
  for (const comment of comments) {
    const isMarked = plain(comment.body).split('\n')[0] === commentMarker(service)
    if (isMarked && comment.user !== null && (await writer.isOurs(comment.user))) ours.push(comment)
  }
  return ours.sort((a, b) => a.id - b.id)
}

function plain(body: string | null): string {
  return (body ?? '').replaceAll('\r', '').trim()
}
