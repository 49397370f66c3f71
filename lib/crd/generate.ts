import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { type GeneratedFile, generatedFiles } from './generated-files.js'

// Run from the root of the project: writes what is not as it should be, or with --check only names it and fails.
const { check } = parseArgs({ options: { check: { type: 'boolean', default: false } } }).values

for (const file of generatedFiles().filter(isStale)) {
  if (check) {
    console.error(`${file.path} is not what the schemas say; run: npm run generate`)
    process.exitCode = 1
  } else {
    mkdirSync(dirname(file.path), { recursive: true })
    writeFileSync(file.path, file.content)
    console.log(`wrote ${file.path}`)
  }
}

function isStale({ path, content }: GeneratedFile): boolean {
  try {
    return readFileSync(path, 'utf8') !== content
  } catch {
    return true
  }
}
