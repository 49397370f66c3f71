import { z } from 'zod'
import { boundedMap } from '../bounded-map.js'
import { matchingText } from '../matching-text.js'
import { withRules } from '../with-rules.js'

const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/
const NAMING = 'a variable name starts with a letter or _ and goes on with letters, digits, _, . and -'

/** Name of an environment variable. */
export const variableName = matchingText(VARIABLE_NAME, { max: 256, message: NAMING })

/** Name of a Secret, ConfigMap or ServiceAccount. */
export const objectName = matchingText(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, {
  max: 253,
  message: 'a name is made of lower-case letters, digits, - and ., with a letter or digit at both ends',
})

/** What the image's own start command is told by; a user's variable of that name would be lost. */
const isReserved = (name: string) => name === 'SCRIPT' || name === 'ARGS'

/** `spec.variables` of a Terraform. */
export const Variables = boundedMap(z.string().max(130_000), {
  max: 200,
  keys: VARIABLE_NAME,
  keysMessage: NAMING,
  rules: [
    {
      cel: "!('SCRIPT' in self) && !('ARGS' in self)",
      holds: variables => !Object.keys(variables).some(isReserved),
      message: 'SCRIPT and ARGS tell the image what to run and are set by alustan; choose another name',
    },
  ],
})

const reference = (kind: string) =>
  z.object({
    name: objectName.describe(`Name of the ${kind}, in the namespace of the Terraform.`),
    optional: z.boolean().optional().describe(`Whether a run may start while the ${kind} does not exist.`),
  })

/** A Secret or ConfigMap whose keys are variables. */
export const VariableSource = withRules(
  z.object({
    secretRef: reference('Secret')
      .optional()
      .describe('A Secret; every key of it is a variable. Its values are never copied anywhere.'),
    configMapRef: reference('ConfigMap').optional().describe('A ConfigMap; every key of it is a variable.'),
  }),
  {
    cel: 'has(self.secretRef) != has(self.configMapRef)',
    holds: ({ secretRef, configMapRef }) => (secretRef === undefined) !== (configMapRef === undefined),
    message: 'an entry is either a secretRef or a configMapRef; write one entry for each',
  },
)
