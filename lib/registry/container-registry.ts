import { z } from 'zod'

/** Which image to run and how to choose its tag (`spec.containerRegistry` of both kinds). */
export const ContainerRegistry = z
  .object({
    provider: z
      .enum(['docker', 'ghcr', 'generic'])
      .describe('Registry that holds the image: Docker Hub, GitHub Container Registry, or any other by `host`.'),
    host: z
      .string()
      .regex(/^[a-zA-Z0-9.-]+(:[0-9]{1,5})?$/)
      .max(255)
      .optional()
      .describe('Host and port of a `generic` registry, without scheme, e.g. `registry.example.com:5000`.'),
    imageName: z
      .string()
      .regex(/^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/)
      .max(255)
      .describe('Repository of the image without host, tag or digest, e.g. `alustan/backend`.'),
    semanticVersion: z
      .string()
      .max(256)
      .default('*')
      .describe(
        'Version constraint, e.g. `~1.1`, `>=0.2.0`, `>=1.2, <2`: the highest tag that satisfies it runs. A tag counts as a version when it is `x.y.z`, with or without a leading `v`.',
      ),
    tagFilter: z
      .string()
      .max(256)
      .optional()
      .describe('Regular expression that a tag must match to be considered at all, e.g. `-alpine$`.'),
    includePrereleases: z
      .boolean()
      .default(false)
      .describe('Whether versions such as `1.2.0-rc.1` are candidates though the constraint names no prerelease.'),
  })
  .meta({
    'x-kubernetes-validations': [
      {
        rule: "self.provider == 'generic' ? has(self.host) : !has(self.host)",
        message: 'host is for provider generic, which needs it',
      },
    ],
  })
export type ContainerRegistry = z.infer<typeof ContainerRegistry>
