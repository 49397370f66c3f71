import { z } from 'zod'
import { matches, matchingText } from '../matching-text.js'
import { withRules } from '../with-rules.js'

/** An image that begins with the host of a registry, as references tell it from a namespace. */
const HOST_FIRST = /^([^\/]*[.:][^\/]*|localhost)\//

/** Which image to run and how to choose its tag (`spec.containerRegistry` of both kinds). */
export const ContainerRegistry = withRules(
  z.object({
    provider: z
      .enum(['docker', 'ghcr', 'generic'])
      .describe(
        'The registry that holds the image: `docker` is Docker Hub, `ghcr` is GitHub Container Registry, `generic` is the one that `host` names.',
      ),
    host: matchingText(/^[a-zA-Z0-9.-]+(:[0-9]{1,5})?$/, {
      max: 255,
      message: 'write host or host:port, without https:// and path, such as registry.example.com:5000',
    })
      .optional()
      .describe(
        'Host, and port where it needs one, of a `generic` registry, without `https://`. Example: `registry.example.com:5000`.',
      ),
    imageName: matchingText(/^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/, {
      max: 255,
      message: 'write the image in lower case, without registry, tag and digest, such as alustan/backend',
    }).describe('The image without registry, tag or digest. Example: `alustan/backend`.'),
    semanticVersion: z
      .string()
      .max(256)
      .default('*')
      .describe(
        'Version constraint. The highest tag that satisfies it runs, and a newer one is taken as soon as a scan finds it. Examples: `~1.1`, `>=0.2.0`, `>=1.2, <2`. Tags count as versions when they are `x.y.z`, with or without a leading `v`; all others are passed over.',
      ),
    tagFilter: z
      .string()
      .max(256)
      .optional()
      .describe(
        'Regular expression; a tag that it does not match is passed over. Example: `^[0-9.]+-alpine$`, which needs `includePrereleases: true`, since `1.2.0-alpine` is a prerelease.',
      ),
    includePrereleases: z
      .boolean()
      .default(false)
      .describe(
        'Whether prereleases such as `1.2.0-rc.1` count also where the constraint names none. A constraint such as `>=1.2.0-0` counts them without this.',
      ),
  }),
  {
    fieldPath: '.host',
    cel: "self.provider != 'generic' || has(self.host)",
    holds: ({ provider, host }) => provider !== 'generic' || host !== undefined,
    message: 'provider generic needs a host; add one such as registry.example.com:5000',
  },
  {
    fieldPath: '.host',
    cel: "self.provider == 'generic' || !has(self.host)",
    holds: ({ provider, host }) => provider === 'generic' || host === undefined,
    message: 'host is only for provider generic; remove it, or set provider to generic',
  },
  {
    fieldPath: '.imageName',
    cel: `self.provider == 'generic' || !${matches('self.imageName', HOST_FIRST)}`,
    holds: ({ provider, imageName }) => provider === 'generic' || !HOST_FIRST.test(imageName),
    message: 'provider docker and ghcr name the registry already; leave the host out, or set provider generic and host',
  },
)
export type ContainerRegistry = z.infer<typeof ContainerRegistry>
