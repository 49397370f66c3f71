const base64 = (text: string) => Buffer.from(text).toString('base64')

/** Values that are refused, and the words of the one line that says so. */
export const REFUSED: readonly (readonly [why: string, values: Record<string, unknown>, want: RegExp])[] = [
  [
    'a unit written out',
    { appSyncInterval: '5 minutes' },
    /at '\/appSyncInterval': '5 minutes' does not match pattern/,
  ],
  ['a quoted number', { replicaCount: '2' }, /at '\/replicaCount': got string, want integer/],
  ['a namespace that cannot be', { secretsNamespace: 'Not_One' }, /at '\/secretsNamespace': 'Not_One' does not match/],
  ['a misspelt value', { githubtoken: 'x' }, /additional properties 'githubtoken' not allowed/],
  [
    'base64 that is none',
    { containerRegistrySecret: '%canary%' },
    /containerRegistrySecret is not the base64 of docker/,
  ],
  [
    'base64 of something else',
    { containerRegistrySecret: base64('canary') },
    /containerRegistrySecret is not the base64/,
  ],
  [
    'a docker config without auths',
    { containerRegistrySecret: base64('{"credsStore": "canary"}') },
    /containerRegistrySecret .* there is no "auths" in it/,
  ],
  [
    'a docker config that was not encoded',
    { containerRegistrySecret: '{"auths": {"h": {"auth": "canary"}}}' },
    /containerRegistrySecret is not the base64/,
  ],
  ['a short hook token', { hookToken: 'canary' }, /hookToken is shorter than 16 characters/],
  ['a token with its line break', { githubToken: 'canary\n' }, /githubToken has a space or a line break/],
  ...(['containerRegistrySecret', 'githubToken', 'hookToken'] as const).map(
    name =>
      [
        `${name} inline and in a Secret`,
        { [name]: 'canary-canary-canary', [`existingSecrets.${name}.name`]: 'x' },
        new RegExp(`${name} and existingSecrets.${name}.name are both set; remove one`),
      ] as const,
  ),
  ['an interval of no time', { appSyncInterval: '0s' }, /appSyncInterval is 0s; it must be from 1s to 480h/],
  ['less than a second', { previewSyncInterval: '500ms' }, /previewSyncInterval is 500ms; it must be from 1s to 480h/],
  [
    'more than a timer can wait',
    { infraSyncInterval: '720h' },
    /infraSyncInterval is 720h; it must be from 1s to 480h/,
  ],
  ['a pattern of projects', { allowedProjects: ['*'] }, /at '\/allowedProjects\/0': '\*' does not match pattern/],
  ['a mirror with what is added to it', { 'endpoints.docker': 'https://h/v2' }, /endpoints.docker ends with \/v2/],
  [
    'an endpoint with a password',
    { 'endpoints.github': 'https://user:canary@h' },
    /endpoints.github has a user or a password/,
  ],
  ['a stop that is too short', { preStopSeconds: 25 }, /terminationGracePeriodSeconds is 30; it must be more than/],
]
