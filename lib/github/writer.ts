import type { Octokit } from '@octokit/rest'
import { z } from 'zod'
import { AlustanError } from '../errors.js'
import type { GitHubClient } from './client.js'
import { ownLogin } from './own-login.js'
import type { Repository } from './pull-requests.js'
import { type Errand, oddAnswer } from './refusal.js'
import type { Session } from './session.js'

/** Reads and writes on one repository; everything that is refused throws `AlustanError`. */
export interface Writer {
  /** Asks and reads the answer; `whenGone` is it where there is no such thing (any more). */
  read<T>(schema: z.ZodType<T>, call: (octokit: Octokit) => Promise<unknown>, whenGone?: T): Promise<T>
  /** Asks for pages until one is not full. Throws where they are too many: what is looked for may be among the rest. */
  readAll<T>(schema: z.ZodType<T>, call: (octokit: Octokit, page: number) => Promise<unknown>): Promise<T[]>
  /** Writes; counted, since writing is slowed. */
  write(call: (octokit: Octokit) => Promise<unknown>): Promise<void>
  /** Writes on something that another replica may have deleted meanwhile: that is as good. */
  writeIfThere(call: (octokit: Octokit) => Promise<unknown>): Promise<void>
  /** Whether something was made with our token: what others wrote with our mark is not ours. */
  isOurs(author: Author): Promise<boolean>
  /** How many writes there were. */
  readonly writes: number
}

/** Who made something, as GitHub tells it. */
export const Author = z.object({ login: z.string(), type: z.string() })
export type Author = z.infer<typeof Author>

export const PAGE_SIZE = 100
const MAX_PAGES = 10

/** Makes a writer for one errand. */
export function createWriter(
  client: GitHubClient,
  session: Session,
  errand: Pick<Errand, 'act' | 'permission'> & { repository: Repository },
): Writer {
  let writes = 0
  const data = async (call: (octokit: Octokit) => Promise<unknown>, whenGone?: unknown): Promise<unknown> => {
    const answer = await client.ask(call)
    if (answer.status === 404 && whenGone !== undefined) return whenGone
    if (answer.status < 200 || answer.status > 299) throw await client.refusal(answer.status, errand)
    return answer.data
  }
  const read: Writer['read'] = async (schema, call, whenGone) => {
    const parsed = schema.safeParse(await data(call, whenGone))
    if (parsed.success) return parsed.data
    throw oddAnswer(client.host, `answers for ${nameOf(errand)} with something else than was asked for`)
  }
  return {
    read,
    async readAll(schema, call) {
      const all = []
      for (let page = 1; page <= MAX_PAGES; page++) {
        const found = await read(z.array(schema), octokit => call(octokit, page))
        all.push(...found)
        if (found.length < PAGE_SIZE) return all
      }
      const fault = `has ${all.length} or more things where ours is looked for; nothing is written`
      const cure = 'choose another previewEnvironment.feedback'
      throw new AlustanError('InvalidGitHubAnswer', `GitHub '${client.host}' ${fault} for ${nameOf(errand)}; ${cure}`)
    },
    async write(call) {
      writes++
      await data(call)
    },
    async writeIfThere(call) {
      writes++
      await data(call, 'gone')
    },
    async isOurs({ login, type }) {
      const own = await ownLogin(client, session, errand)
      // Nobody can pose as an app's bot.
      return own === undefined ? type === 'Bot' : login === own
    },
    get writes() {
      return writes
    },
  }
}

function nameOf({ repository: { owner, name } }: { repository: Repository }): string {
  return `'${owner}/${name}'`
}
