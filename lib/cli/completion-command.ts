import { Argument, type Command } from 'commander'
import { SHELLS, type Shell } from './completion.js'
import { examples } from './options.js'

/** Adds `completion`. */
export function completionCommand(program: Command): void {
  program
    .command('completion')
    .description('Print the completion script of a shell.')
    .addArgument(new Argument('<shell>', 'shell').choices(SHELLS))
    .addHelpText(
      'after',
      examples(
        program,
        ['completion bash > /etc/bash_completion.d/alustan', ''],
        ['completion zsh > ~/.zsh/completions/_alustan', 'in a folder of $fpath'],
        ['completion fish > ~/.config/fish/completions/alustan.fish', ''],
      ),
    )
    .action(async (shell: Shell) => {
      const { completionScript } = await import('./completion.js')
      process.stdout.write(completionScript(program, shell))
    })
}
