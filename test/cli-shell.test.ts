import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, symlinkSync } from 'node:fs'
import t, { type Test } from 'tap'
import type { Shell } from '../lib/cli/completion.js'
import { completionScript } from '../lib/cli/completion.js'
import { buildProgram } from '../lib/cli/program.js'
import { alustan } from './run-cli.js'

const script = (shell: Shell) => completionScript(buildProgram('alustan'), shell)

t.test('the completion scripts know every command and option', async t => {
  for (const shell of ['bash', 'zsh', 'fish'] satisfies Shell[]) {
    for (const { name, options } of buildProgram('alustan').commands.map(each => ({
      name: each.name(),
      options: each.options.flatMap(({ long, argChoices = [] }) => [long?.slice(2) ?? '', ...argChoices]),
    }))) {
      t.same(
        [name, ...options].filter(word => !script(shell).includes(word)),
        [],
        `${shell}: ${name}`,
      )
    }
  }
})

t.test('bash completes commands, options and what they may be', async t => {
  const complete = (words: string) =>
    execFileSync(
      'bash',
      [
        '-c',
        `${script('bash')}\nCOMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _alustan; echo "\${COMPREPLY[@]}"`,
      ],
      { encoding: 'utf8' },
    )
  t.equal(complete('alustan tr'), 'trace\n')
  t.equal(complete('alustan scan --con'), '--constraint\n')
  t.equal(complete('alustan graph -o s'), 'svg\n')
  t.equal(complete('alustan completion z'), 'zsh\n')
})

const HOSTILE = '$(touch pwned)'

/** A folder with files of odd names, a kubectl whose answers are odd, and an alustan that says what it was called with. */
function world(t: Test): { folder: string; env: NodeJS.ProcessEnv } {
  const folder = t.testdir({
    bin: {
      alustan: '#!/bin/sh\nfor each; do printf "<%s>" "$each"; done\necho\n',
      kubectl: `#!/bin/sh\necho 'service.alustan.io/web'\necho 'terraform.alustan.io/${HOSTILE}'\n`,
    },
    files: { [`${HOSTILE}.yaml`]: '', 'my file.yaml': '' },
    functions: { _alustan: script('zsh') },
    'script.bash': script('bash'),
    'script.zsh': script('zsh'),
    'script.fish': script('fish'),
  })
  for (const name of ['alustan', 'kubectl']) chmodSync(`${folder}/bin/${name}`, 0o755)
  const PATH = `${folder}/bin:${process.env.PATH ?? ''}`
  return { folder, env: { ...process.env, PATH, HOME: folder, TERM: 'dumb', PS1: '> ', HISTFILE: '/dev/null' } }
}

const has = (program: string) => spawnSync(program, ['--version']).status === 0 // of BSD, script has none
const ZSH = 'autoload -U compinit; compinit -u -D'

/** How a shell is started and given the script: typed on a terminal, since completion is for those only. */
const SHELLS: [why: string, command: string, setUp: (folder: string) => string][] = [
  ['bash', 'bash --norc --noprofile -i', folder => `source ${folder}/script.bash`],
  ['zsh', 'zsh -f -i', folder => `${ZSH}; source ${folder}/script.zsh`],
  ['zsh, found in $fpath', 'zsh -f -i', folder => `fpath=(${folder}/functions $fpath); ${ZSH}`],
  ['fish', 'fish --no-config -i', folder => `source ${folder}/script.fish`],
]
for (const [why, command, setUp] of SHELLS) {
  const [shell = ''] = command.split(' ')
  const missing = [shell, 'script'].filter(program => !has(program))
  const skip = missing.length > 0 && `there is no ${missing.join(' and no ')} here`
  t.test(`on a terminal: ${why}`, { skip }, async t => {
    const { folder, env } = world(t)
    const lines = [
      setUp(folder),
      'alustan tra\t',
      'alustan graph -o sv\t',
      'alustan trace ser\t',
      'alustan graph my\t',
      'alustan graph \t\t\u0015', // wiped away again
      'alustan trace \t\t\u0015',
      'exit\n',
    ]
    const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
      cwd: `${folder}/files`,
      env,
      input: lines.join('\n'),
      encoding: 'utf8',
    })
    for (const called of ['<trace>', '<graph><-o><svg>', '<trace><service/web>', '<graph><my file.yaml>']) {
      t.match(stdout, `${called}\r\n`)
    }
    t.notOk(existsSync(`${folder}/files/pwned`), 'no name is run as a command')
  })
}

t.test('it works as a plugin of kubectl, under that name', async t => {
  const folder = t.testdir({})
  mkdirSync(`${folder}/bin`)
  symlinkSync(`${process.cwd()}/dist/lib/cli/main.js`, `${folder}/bin/kubectl-alustan`)
  const help = execFileSync(process.execPath, [`${folder}/bin/kubectl-alustan`, 'trace', '--help'], {
    encoding: 'utf8',
  })
  t.match(help, /^Usage: kubectl alustan trace \[options\] <kind\/name> \[name\]/)
  t.match(help, /Examples:\n {2}kubectl alustan trace service\/web-service/)
  t.match(await alustan(['trace', 'service/web', '-o', 'svg']), {
    code: 1,
    stderr: /^alustan: option '-o, --output <format>'/,
  })
})
