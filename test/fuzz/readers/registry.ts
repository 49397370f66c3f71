import fc from 'fast-check'
import { parseChallenges } from '../../../lib/registry/challenge.js'
import { createRegistryClient } from '../../../lib/registry/client.js'
import { entryFor, helperFault, parseDockerConfig } from '../../../lib/registry/docker-config.js'
import { nextLink } from '../../../lib/registry/link.js'
import { imageRepository, retag } from '../../../lib/registry/reference.js'
import { parseTag } from '../../../lib/registry/tag.js'
import { answering } from '../answers.js'
import { grammar, json } from '../grammar.js'
import type { Reader } from '../reader.js'

const image = imageRepository(
  { provider: 'docker', imageName: 'a/b', semanticVersion: '*', includePrereleases: false },
  { dockerRegistryUrl: 'https://r.example.com', ghcrUrl: 'https://g.example.com', allowedRegistryHosts: [] },
)

const challenge = grammar('Bearer', 'Basic', ' ', 'realm', '=', '"', 'https://x', ',', 'scope', '\\')
const link = grammar('<', '>', ';', 'rel', '=', '"', 'next', ',', ' ', '/v2/x', 'https://elsewhere')

/** What registries, and files about them, say. */
export const registryReaders: readonly Reader[] = [
  {
    name: 'tag',
    format: 'text',
    input: grammar('v', '1', '0', '.', '-', 'rc', '+', 'x'),
    read: parseTag,
  },
  {
    name: 'image-reference',
    format: 'text',
    input: grammar('a/b', ':', '@sha256:', 'docker.io/', '0', '/', '1.0.0'),
    read: reference => retag(reference, image, '1.0.0'),
  },
  { name: 'www-authenticate', format: 'text', input: challenge, read: parseChallenges },
  { name: 'link', format: 'text', input: link, read: nextLink },
  {
    name: 'docker-config',
    format: 'json',
    input: fc.oneof(fc.json(), grammar('{', '}', '"auths"', ':', '"auth"', ',', '"a"', '[', ']')),
    read: text => {
      const config = parseDockerConfig(text, 'fuzz')
      helperFault(config, 'fuzz')
      return entryFor(config, 'r.example.com', 'a/b')
    },
  },
  {
    name: 'tag-list',
    format: 'json',
    input: json(
      fc.array(
        fc.record(
          {
            status: fc.constantFrom(200, 401, 401, 403, 404, 307, 429, 500),
            headers: fc.record(
              {
                link,
                'www-authenticate': challenge,
                'retry-after': fc.string(),
                location: fc.webUrl(),
              },
              { requiredKeys: [] },
            ),
            body: fc.oneof(
              fc.record({ name: fc.string(), tags: fc.option(fc.array(fc.oneof(fc.string(), fc.jsonValue()))) }),
              fc.record({ token: fc.jsonValue(), expires_in: fc.jsonValue(), issued_at: fc.jsonValue() }),
              fc.string(),
              fc.jsonValue(),
            ),
          },
          { requiredKeys: ['status', 'body'] },
        ),
        { minLength: 1, maxLength: 6 },
      ),
    ),
    read: text => {
      const client = createRegistryClient({
        fetch: answering(text),
        now: () => 0,
        credentials: async () => ({ kind: 'password', username: 'u', password: 'p' }),
        limits: { maxPages: 20 },
      })
      return client.listTags(image, new AbortController().signal)
    },
  },
]
