import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import t from 'tap'
import type { Shell } from '../lib/cli/completion.js'
import { completionScript } from '../lib/cli/completion.js'
import { buildProgram } from '../lib/cli/program.js'
import { alustan } from './run-cli.js'

t.test('the shells take their completion scripts, which know every command and option', async t => {
  for (const shell of ['bash', 'zsh', 'fish'] satisfies Shell[]) {
    const script = completionScript(buildProgram('alustan'), shell)
    for (const word of [
      'trace',
      'graph',
      'reconcile',
      'scan',
      'render',
      'simulate',
      'completion',
      'constraint',
      'mermaid',
    ]) {
      t.match(script, word, `${shell}: ${word}`)
    }
  }
  const script = completionScript(buildProgram('alustan'), 'bash')
  const complete = (words: string) =>
    execFileSync(
      'bash',
      [
        '-c',
        `${script}\nCOMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _alustan; echo "\${COMPREPLY[@]}"`,
      ],
      { encoding: 'utf8' },
    )
  t.equal(complete('alustan tr'), 'trace\n')
  t.equal(complete('alustan scan --con'), '--constraint\n')
  t.equal(complete('alustan graph -o s'), 'svg\n')
  t.equal(complete('alustan completion z'), 'zsh\n')
})

t.test('it works as a plugin of kubectl, under that name', async t => {
  const folder = t.testdir({})
  mkdirSync(`${folder}/bin`)
  symlinkSync(`${process.cwd()}/dist/lib/cli/main.js`, `${folder}/bin/kubectl-alustan`)
  const help = execFileSync(process.execPath, [`${folder}/bin/kubectl-alustan`, 'trace', '--help'], {
    encoding: 'utf8',
  })
  t.match(help, /^Usage: kubectl alustan trace \[options\] <kind\/name> \[name\]/)
  t.match(help, /Examples:\n {2}kubectl alustan trace service\/web-service/)
  t.match(await alustan(['trace', 'service/web', '-o', 'table']), {
    code: 1,
    stderr: /^alustan: option '-o, --output <format>'/,
  })
})
