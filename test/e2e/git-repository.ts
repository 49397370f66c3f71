import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { run } from './shell.js'

/** A git repository that Argo CD reads from a folder of this machine. */
export interface GitRepository {
  readonly url: string
  /** Makes these files, by path, all that is on `main`. */
  commit(files: Readonly<Record<string, string>>): Promise<void>
}

/** Makes an empty one in a folder, under a name. */
export async function gitRepository(folder: string, name: string): Promise<GitRepository> {
  const work = `${folder}/${name}`
  const bare = `${folder}/${name}.git`
  const git = (...args: string[]) => run('git', ['-C', work, ...args])
  await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', bare])
  await run('git', ['clone', '--quiet', bare, work])
  return {
    url: `file://${bare}`,
    commit: async files => {
      await git('rm', '--quiet', '-r', '--ignore-unmatch', '.')
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(`${work}/${path}`), { recursive: true })
        await writeFile(`${work}/${path}`, text)
      }
      await git('add', '.')
      const author = ['-c', 'user.name=e2e', '-c', 'user.email=e2e@example.com']
      await git(...author, 'commit', '--quiet', '--message=e2e')
      await git('push', '--quiet', 'origin', 'HEAD:main')
    },
  }
}
