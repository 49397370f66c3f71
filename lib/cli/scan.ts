import type { Config } from '../config.js'
import { AlustanError } from '../errors.js'
import { imageRequest } from '../image.js'
import { chooseTag } from '../registry/choose-tag.js'
import { type TagList, createRegistryClient } from '../registry/client.js'
import type { DockerConfigEntry } from '../registry/docker-config.js'
import { registryEntries } from '../registry/image-scanner.js'
import { systemClock } from '../refresh/clock.js'
import { type Rejection, explainTags } from './explain-tags.js'
import { type ScanOptions, imageArgument } from './image-argument.js'
import { type Output, formatted } from './output.js'
import { table } from './table.js'

/** What a scan found, as `-o json` prints it. */
interface Report {
  readonly image: string
  readonly registry: string
  readonly credentials: string
  readonly constraint: string
  readonly chosen: string | null
  readonly next: readonly string[]
  readonly rejected: readonly Rejection[]
  readonly tags: number
  readonly isTruncated: boolean
  readonly pages: number
  readonly seconds: number
}

/**
 * `alustan scan`: asks the registry once, as the server does, prints what would be chosen and why, and throws
 * `NoMatchingTag` when nothing would, or what the registry's client throws.
 */
export async function scan(
  text: string,
  options: ScanOptions,
  { format, write }: Output,
  config: Config,
): Promise<void> {
  const { repository, rule } = imageRequest(imageArgument(text, options), config)
  const { host } = new URL(repository.endpoint)
  // A file that cannot be used is an error here: without its credentials the answer might be another one.
  const findEntry = registryEntries(config, fault => {
    throw fault
  })
  const entry = await findEntry(host, repository.path)
  const credentials = describe(entry, config)
  const { now } = systemClock
  const tokenHosts = config.allowedTokenHosts
  const client = createRegistryClient({ fetch, now, credentials: async () => entry?.credentials, tokenHosts })
  const began = now()
  const list = await client.listTags(repository, new AbortController().signal).catch((thrown: unknown) => {
    if (!(thrown instanceof AlustanError)) throw thrown
    const where = `asked ${repository.endpoint} with credentials: ${credentials}`
    throw new AlustanError(thrown.reason, `${thrown.message} (${where})`, { cause: thrown })
  })
  const choice = chooseTag(rule, { ...list, failure: undefined, isRunningTagGone: false }, undefined)
  const chosen = choice.kind === 'chosen' ? choice.tag : undefined
  const report: Report = {
    image: repository.name,
    registry: repository.endpoint,
    credentials,
    constraint: rule.constraint.text,
    chosen: chosen ?? null,
    ...explainTags(rule, list, chosen),
    tags: count(list),
    isTruncated: list.isTruncated,
    pages: list.pages,
    seconds: Math.round(now() - began) / 1000,
  }
  write(await formatted(report, format, asTable))
  if (choice.kind === 'failed') throw choice.failure
}

function count({ tags, others }: TagList): number {
  return tags.length + others.count
}

/** Where the credentials are from; never what they are. */
function describe(entry: DockerConfigEntry | undefined, { dockerConfigPath }: Config): string {
  if (dockerConfigPath === undefined) return 'none; DOCKER_CONFIG_JSON names no docker config.json'
  if (entry === undefined) return `none; ${dockerConfigPath} has no entry for it`
  const key = entry.path === '' ? entry.host : `${entry.host}/${entry.path}`
  const { credentials } = entry
  if (credentials.kind === 'helper') return `none; ${dockerConfigPath} leaves them to '${credentials.program}'`
  const kind = credentials.kind === 'password' ? 'user and password' : 'identity token'
  return `${kind} of entry '${key}' in ${dockerConfigPath}`
}

function asTable(report: Report): string[] {
  const limit = report.isTruncated ? ', more than are read: the list is cut' : ''
  return [
    ...table([
      ['IMAGE', report.image],
      ['ASKED', `${report.registry}: ${report.tags} tags on ${report.pages} pages in ${report.seconds} s${limit}`],
      ['CREDENTIALS', report.credentials],
      ['CONSTRAINT', report.constraint],
      ['CHOSEN', report.chosen ?? 'none'],
      ['NEXT', report.next.length === 0 ? 'none' : report.next.join(', ')],
    ]),
    ...(report.rejected.length === 0
      ? []
      : [
          '',
          ...table([
            ['REJECTED', 'WHY', 'SUCH AS'],
            ...report.rejected.map(({ count, why, examples }) => [String(count), why, examples.join(', ')]),
          ]),
        ]),
  ]
}
