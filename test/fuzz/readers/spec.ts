import { parseDuration } from '../../../lib/duration.js'
import { parseConstraint } from '../../../lib/registry/constraint.js'
import { parseTagFilter } from '../../../lib/registry/tag-filter.js'
import { fillPlaceholders } from '../../../lib/service/placeholders.js'
import { grammar } from '../grammar.js'
import type { Reader } from '../reader.js'

/** Texts of users with a grammar of their own. */
export const specReaders: readonly Reader[] = [
  {
    name: 'constraint',
    format: 'text',
    input: grammar(
      '1',
      '2',
      '.',
      'x',
      '*',
      '^',
      '~',
      '>',
      '<',
      '=',
      '!',
      '-',
      '||',
      ',',
      ' ',
      'rc',
      'v',
      '9'.repeat(18),
    ),
    read: parseConstraint,
  },
  {
    name: 'tag-filter',
    format: 'text',
    input: grammar('(', ')', '[', ']', '{', '}', '*', '+', '?', '|', 'a', '\\', '^', '$', '1', ',', '-'),
    // The schema allows no more characters.
    read: pattern => parseTagFilter(pattern.slice(0, 256))('a'.repeat(128)),
  },
  {
    name: 'placeholder',
    format: 'text',
    input: grammar('$', '{', 'workspace.', 'A', '}', ':-', '${workspace.'),
    read: value => fillPlaceholders(value, () => 'x'),
  },
  { name: 'duration', format: 'text', input: grammar('1', '.', 'h', 'm', 's', 'ms', '-'), read: parseDuration },
]
