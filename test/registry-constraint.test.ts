import t from 'tap'
import { parseConstraint, satisfies } from '../lib/registry/constraint.js'
import { tag } from './registry-objects.js'

const rows: [why: string, constraint: string, yes: string, no: string][] = [
  // One version
  ['a full version is that version', '1.2.3', '1.2.3', '1.2.4'],
  ['= is the same', '=1.2.3', '1.2.3', '1.2.2'],
  ['== is npm for =', '==1.2.3', '1.2.3', '1.2.4'],
  ['space after the operator', '= 1.2.3', '1.2.3', '1.2.4'],
  ['a v before the version', 'v1.2.3', '1.2.3', '1.2.4'],
  ['a v after the operator', '>=v1.2.3', '1.2.3', '1.2.2'],
  ['a tag with v satisfies one without', '1.2.3', 'v1.2.3', 'v1.2.4'],
  ['build metadata is not looked at', '1.2.3+build.5', '1.2.3', '1.2.4'],
  ['spaces around', '  1.2.3  ', '1.2.3', '1.2.4'],
  // Wildcards and partial versions
  ['* is any release', '*', '0.0.1', '1.0.0-rc.1'],
  ['x is *', 'x', '9.9.9', '9.9.9-rc.1'],
  ['X is *', 'X', '9.9.9', '9.9.9-rc.1'],
  ['x.x.x is *', 'x.x.x', '1.2.3', '1.2.3-a'],
  ['nothing at all is *', '', '1.2.3', '1.2.3-a'],
  ['only spaces are *', '   ', '1.2.3', '1.2.3-a'],
  ['one number is that major', '1', '1.9.9', '2.0.0'],
  ['one number has a lower end', '1', '1.0.0', '0.9.9'],
  ['two numbers are that minor', '1.2', '1.2.9', '1.3.0'],
  ['1.x is 1', '1.x', '1.9.9', '2.0.0'],
  ['1.X is 1', '1.X', '1.9.9', '0.9.9'],
  ['1.* is 1', '1.*', '1.0.0', '2.0.0'],
  ['1.2.x is 1.2', '1.2.x', '1.2.0', '1.3.0'],
  ['1.2.* is 1.2', '1.2.*', '1.2.7', '1.1.9'],
  ['1.x.x is 1', '1.x.x', '1.5.5', '2.0.0'],
  ['0 is a major like others', '0', '0.9.9', '1.0.0'],
  ['= before a partial version', '=1.2', '1.2.9', '1.3.0'],
  ['v before a partial version', 'v1', '1.2.3', '2.0.0'],
  // Greater, less
  ['> excludes its version', '>1.2.3', '1.2.4', '1.2.3'],
  ['>= includes it', '>=1.2.3', '1.2.3', '1.2.2'],
  ['=> is >= in Masterminds', '=>1.2.3', '1.2.3', '1.2.2'],
  ['< excludes its version', '<1.2.3', '1.2.2', '1.2.3'],
  ['<= includes it', '<=1.2.3', '1.2.3', '1.2.4'],
  ['=< is <= in Masterminds', '=<1.2.3', '1.2.3', '1.2.4'],
  ['numbers are compared, not text', '>1.9.0', '1.10.0', '1.8.10'],
  ['> of a minor is beyond all of it', '>1.2', '1.3.0', '1.2.9'],
  ['> of a major is beyond all of it', '>1', '2.0.0', '1.9.9'],
  ['> with a wildcard', '>1.x', '2.0.0', '1.9.9'],
  ['>= of a minor begins with it', '>=1.2', '1.2.0', '1.1.9'],
  ['>= of a major begins with it', '>=1', '1.0.0', '0.9.9'],
  ['< of a minor ends before it', '<1.2', '1.1.9', '1.2.0'],
  ['< of a major ends before it', '<2', '1.9.9', '2.0.0'],
  ['<= of a minor takes all of it', '<=1.2', '1.2.9', '1.3.0'],
  ['<= of a major takes all of it', '<=1', '1.9.9', '2.0.0'],
  ['<= of a wildcard takes all of it', '<=1.2.x', '1.2.9', '1.3.0'],
  ['>=* is any', '>=*', '0.0.0', '0.0.0-a'],
  ['<=* is any, as in npm', '<=*', '5.0.0', '5.0.0-a'],
  // Tilde
  ['~ keeps the minor', '~1.2.3', '1.2.9', '1.3.0'],
  ['~ begins with its version', '~1.2.3', '1.2.3', '1.2.2'],
  ['~> is ~', '~>1.2.3', '1.2.4', '1.3.0'],
  ['~ with space', '~ 1.2.3', '1.2.4', '1.3.0'],
  ['~ of a minor keeps it', '~1.1', '1.1.9', '1.2.0'],
  ['~ of a major keeps it', '~1', '1.9.9', '2.0.0'],
  ['~1.x keeps the major', '~1.x', '1.9.9', '2.0.0'],
  ['~ with v', '~v1.2', '1.2.5', '1.3.0'],
  ['~0.0.1 keeps the minor 0', '~0.0.1', '0.0.9', '0.1.0'],
  ['~0.0.0 is no special case, as in npm', '~0.0.0', '0.0.5', '0.1.0'],
  ['~* is any', '~*', '3.2.1', '3.2.1-a'],
  // Caret
  ['^ keeps the major', '^1.2.3', '1.9.9', '2.0.0'],
  ['^ begins with its version', '^1.2.3', '1.2.3', '1.2.2'],
  ['^ with space', '^ 1.2.3', '1.3.0', '2.0.0'],
  ['^0.2.3 keeps the minor', '^0.2.3', '0.2.9', '0.3.0'],
  ['^0.0.3 keeps the patch', '^0.0.3', '0.0.3', '0.0.4'],
  ['^0.0 keeps the minor 0', '^0.0', '0.0.9', '0.1.0'],
  ['^0.2 keeps the minor', '^0.2', '0.2.9', '0.3.0'],
  ['^0 keeps the major 0', '^0', '0.9.9', '1.0.0'],
  ['^0.x keeps the major 0', '^0.x', '0.9.9', '1.0.0'],
  ['^0.0.x keeps the minor 0', '^0.0.x', '0.0.9', '0.1.0'],
  ['^1 keeps the major', '^1', '1.9.9', '2.0.0'],
  ['^1.2 begins at 1.2.0', '^1.2', '1.2.0', '1.1.9'],
  ['^1.x keeps the major', '^1.x', '1.0.0', '2.0.0'],
  ['^* is any, as in npm', '^*', '7.0.0', '7.0.0-a'],
  ['^= is npm for ^', '^=1.2.3', '1.3.0', '2.0.0'],
  // Not
  ['!= excludes one version', '!=1.2.3', '1.2.4', '1.2.3'],
  ['!= of a minor excludes all of it', '!=1.2', '1.3.0', '1.2.9'],
  ['!= of a major excludes all of it', '!=1', '2.0.0', '1.9.9'],
  ['!= of a wildcard', '!=1.x', '0.9.9', '1.0.0'],
  ['!= with v and space', '!= v1.2.3', '1.2.2', '1.2.3'],
  // And
  ['a comma is and', '>=1.2, <2', '1.9.9', '2.0.0'],
  ['a comma without space', '>=1.2,<2', '1.2.0', '1.1.9'],
  ['a comma between spaces', '>=1.2 , <2', '1.2.0', '2.0.0'],
  ['a space is and', '>=1.2 <2', '1.9.9', '2.0.0'],
  ['spaces after operators', '>= 1.2 < 2', '1.9.9', '2.0.0'],
  ['three parts', '>=1, <2, !=1.5.0', '1.5.1', '1.5.0'],
  ['ranges meet', '^1.2 <1.5', '1.4.9', '1.5.0'],
  ['* adds nothing', '* >=1.2', '1.2.0', '1.1.0'],
  ['a prefix and an exclusion', '1.2, !=1.2.5', '1.2.4', '1.2.5'],
  // Or
  ['|| is or, left', '1.x || 3.x', '1.5.0', '2.0.0'],
  ['|| is or, right', '1.x || 3.x', '3.5.0', '4.0.0'],
  ['|| without spaces', '1.x||3.x', '3.0.0', '2.0.0'],
  ['and binds more than or', '>=1 <2 || >=3 <4', '3.1.0', '2.5.0'],
  ['one side may be unsatisfiable', '>2 <1 || 5', '5.0.0', '1.5.0'],
  // Hyphen
  ['a hyphen is from to', '1.2.3 - 2.3.4', '2.3.4', '2.3.5'],
  ['a hyphen includes its beginning', '1.2.3 - 2.3.4', '1.2.3', '1.2.2'],
  ['a partial end takes all of it', '1.2.3 - 2.3', '2.3.9', '2.4.0'],
  ['a partial end of one number', '1.2.3 - 2', '2.9.9', '3.0.0'],
  ['a partial beginning', '1.2 - 2.3.4', '1.2.0', '1.1.9'],
  ['a hyphen with v', 'v1.2 - v2', '2.9.9', '3.0.0'],
  ['a hyphen beside another part', '1.0 - 2.0, !=1.5.0', '1.5.1', '1.5.0'],
  ['a hyphen within or', '1.0 - 2.0 || 4', '4.0.0', '3.0.0'],
  ['an open end', '1.2 - *', '9.0.0', '1.1.0'],
  // Prereleases, as Masterminds
  ['prereleases are out unless named', '>=1.0.0', '1.0.0', '2.0.0-rc.1'],
  ['-0 lets all of them in', '>=1.0.0-0', '2.0.0-rc.1', '0.9.0-rc.1'],
  ['-0 lets those of its own version in', '>=1.0.0-0', '1.0.0-rc.1', '0.9.9'],
  ['-0 after a partial version', '>=1.2-0', '1.3.0-rc.1', '1.1.0'],
  ['a prerelease is below its release', '<1.0.0-0 || 2', '0.9.0-rc.1', '1.0.0-rc.1'],
  ['< of a release takes its prereleases', '>=1.0.0-0, <2.0.0', '2.0.0-rc.1', '2.0.0'],
  ['< of -0 leaves them out', '>=1.0.0-0, <2.0.0-0', '1.9.9', '2.0.0-rc.1'],
  ['~ with a prerelease', '~1.2.3-beta.2', '1.2.3-beta.11', '1.2.3-beta.1'],
  ['~ with a prerelease goes on to later patches', '~1.2.3-beta.2', '1.2.4-alpha', '1.3.0-alpha'],
  ['^ with a prerelease', '^1.2.3-beta.2', '1.9.0-alpha', '2.0.0-alpha'],
  ['^0.0.3 with a prerelease', '^0.0.3-beta', '0.0.3-rc', '0.0.4-rc'],
  ['one named prerelease opens its whole and-group', '>=1.0.0-0, !=1.5.0', '1.6.0-rc.1', '1.5.0'],
  ['but not the other side of or', '>=1.0.0-0 <2 || >=3', '3.0.0', '3.1.0-rc.1'],
  ['a prerelease alone is that one', '1.2.3-rc.1', '1.2.3-rc.1', '1.2.3'],
  ['a prerelease in a hyphen range', '1.0.0-0 - 2.0.0', '1.5.0-rc.1', '2.0.1'],
  ['*-0 is any version, prereleases too', '*-0 <3', '1.0.0-rc.1', '3.0.0'],
  ['!= of a minor excludes its prereleases too', '>=1.0.0-0, !=1.2', '1.3.0-rc.1', '1.2.0-rc.1'],
  ['> of a minor begins with prereleases of the next', '>1.2-0', '1.3.0-rc.1', '1.2.9'],
]

t.test(`${rows.length} constraints are satisfied by what users expect`, async t => {
  t.ok(rows.length >= 100)
  for (const [why, text, yes, no] of rows) {
    const constraint = parseConstraint(text)
    t.ok(satisfies(constraint, tag(yes), false), `${why}: '${text}' takes ${yes}`)
    t.notOk(satisfies(constraint, tag(no), false), `${why}: '${text}' refuses ${no}`)
  }
})

t.test('includePrereleases orders prereleases like any other version', async t => {
  for (const [constraint, yes, no] of [
    ['>=1.0.0', '2.0.0-rc.1', '1.0.0-rc.1'],
    ['*', '0.0.1-a', undefined],
    ['~1.2', '1.2.1-rc.1', '1.2.0-rc.1'],
    ['<2', '2.0.0-rc.1', '2.0.0'],
  ] as const) {
    t.ok(satisfies(parseConstraint(constraint), tag(yes), true), `${constraint} takes ${yes}`)
    if (no) t.notOk(satisfies(parseConstraint(constraint), tag(no), true), `${constraint} refuses ${no}`)
  }
})

const refused: [why: string, text: string, fault: RegExp][] = [
  ['a word', 'latest', /cannot be read from 'latest' on/],
  ['no operator of ours', '>>1.2', /cannot be read/],
  ['an operator alone', '>=', /cannot be read/],
  ['a trailing comma', '>=1,', /cannot be read from ',' on/],
  ['two commas', '>=1,,<2', /cannot be read/],
  ['no separator', '>=1.2.3<2.0.0', /cannot be read/],
  ['four numbers', '1.2.3.4', /cannot be read/],
  ['an empty side of ||', '1.x ||', /nothing on one side of \|\|/],
  ['only ||', '||', /nothing on one side of \|\|/],
  ['a leading zero', '>=01.2', /cannot be read/],
  ['a number after a wildcard', '1.x.3', /a number after a wildcard/],
  ['a prerelease with a leading zero', '>=1.0.0-01', /prerelease that breaks the rules/],
  ['an empty part of a prerelease', '>=1.0.0-a..b', /prerelease that breaks the rules/],
  ['a number too large', '>=99999999999999999999', /too large/],
  ['an operator before a hyphen range', '>=1.2 - 2', /cannot be read from '- 2' on/],
  ['nothing is above *', '>*', /no version at all/],
  ['nothing is below *', '<*', /no version at all/],
  ['nothing is not *', '!=*', /no version at all/],
  ['ends that do not meet', '>2 <1', /no version at all/],
  ['an empty gap', '>1.2.3 <1.2.3', /no version at all/],
  ['too long', '1'.repeat(300), /longer than 256/],
]

t.test('a constraint that is none is refused with subject, fault and cure', async t => {
  for (const [why, text, fault] of refused) {
    t.throws(() => parseConstraint(text), { reason: 'InvalidConstraint', message: fault }, why)
    t.throws(() => parseConstraint(text), { message: /^version constraint '.*; write it like/ }, why)
  }
})
