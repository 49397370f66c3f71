import fc from 'fast-check'
import t from 'tap'
import { AlustanError } from '../lib/errors.js'
import { parseSyncRequest } from '../lib/metacontroller.js'
import { desiredService } from '../lib/service/desired.js'
import type { ServiceFacts } from '../lib/service/facts.js'
import { finalizeService } from '../lib/service/finalize.js'
import { fillPlaceholders } from '../lib/service/placeholders.js'
import { desiredTerraform } from '../lib/terraform/desired.js'
import { finalizeTerraform } from '../lib/terraform/finalize.js'
import { asked, namesOf, now, observedNames, same, withoutGroups, written } from './generated-requests.js'
import { pullRequests, serviceRequest } from './service-observations.js'
import { scan, terraformFacts, terraformRequest } from './terraform-observations.js'
import { mayGo, mayLeave, serviceOf, situationOf } from './what-may-go.js'

const isLabel = (name: string) => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)

const serviceFacts = fc.record({
  scan,
  pullRequests,
  feedbackFailure: fc.constantFrom(undefined, new AlustanError('GitHubForbidden', 'no')),
})

const answer = (body: unknown, facts: Omit<ServiceFacts, 'now'>) => desiredService(serviceOf(body), { now, ...facts })

const GROUPS = ['ApplicationSet.argoproj.io/v1alpha1', 'Application.argoproj.io/v1alpha1', 'Secret.v1']

/** Numbers of the copies that a set holds, in the order of their names. */
function copiesIn(set: any): number[] {
  const elements = set?.spec?.generators?.[0]?.list?.elements
  return Array.isArray(elements) ? elements.flatMap(({ number }) => (number === undefined ? [] : [Number(number)])) : []
}

t.test(
  'a Service: an observed child and each of its copies is in every answer, which is the same each time, and only what may be written',
  t => {
    fc.assert(
      fc.property(serviceRequest, serviceFacts, (body, facts) => {
        for (const variant of withoutGroups<any>(body, ...GROUPS)) {
          const before = JSON.stringify(variant)
          const got = answer(variant, facts)
          const { status, children, resyncAfterSeconds, ...rest } = got
          const names = namesOf(children)
          const types = status.conditions.map(({ type }) => type)
          const observed: Record<string, any> = variant.children['ApplicationSet.argoproj.io/v1alpha1']
          const copies = copiesIn(children.find(({ metadata }) => metadata.name === 'api-preview'))
          const gone = copiesIn(observed['team/api-preview']).filter(number => !copies.includes(number))
          const omitted = observedNames(variant.children).filter(name => !names.includes(name))
          const may = mayLeave(variant, facts.pullRequests)
          same(
            gone.every(number => may(number)),
            true,
          )
          same(omitted.filter(name => name !== 'api-preview' || !may()).join(), '')
          same(JSON.stringify(got), JSON.stringify(answer(variant, facts)))
          same(JSON.stringify(variant), before)
          same(Object.keys(rest).length, 0)
          same(new Set(types).size, types.length)
          same(Number.isInteger(resyncAfterSeconds) && names.every(isLabel), true)
          same(new Set(copies).size, copies.length)
          same(JSON.stringify(children.map(({ metadata }) => metadata)).includes('theirs'), false)
        }
      }),
      { numRuns: 4000 },
    )
    t.end()
  },
)

t.test('a Service: an answer that is written down changes nothing when it is asked for again', t => {
  fc.assert(
    fc.property(serviceRequest, serviceFacts, (body, facts) => {
      asked.observations += 3
      const first = answer(body, facts)
      const second = answer(written(body, first), facts)
      const third = answer(written(body, second), facts)
      same(JSON.stringify(second), JSON.stringify(third))
      same(JSON.stringify(first.children), JSON.stringify(third.children))
    }),
    { numRuns: 4000 },
  )
  t.end()
})

t.test('a Terraform: what runs is in every answer, and what is left out the spec says', t => {
  fc.assert(
    fc.property(terraformRequest, terraformFacts, (body, found) => {
      const facts = { ...found, now }
      for (const variant of withoutGroups<any>(body, 'Job.batch/v1', 'ConfigMap.v1')) {
        const before = JSON.stringify(variant)
        const got = desiredTerraform(situationOf(variant), facts)
        const names = namesOf(got.children)
        const omitted = observedNames(variant.children).filter(name => !names.includes(name))
        same(mayGo(variant, facts)(omitted), true)
        same(JSON.stringify(got), JSON.stringify(desiredTerraform(situationOf(variant), facts)))
        same(JSON.stringify(variant), before)
        same(names.every(isLabel) && new Set(names).size === names.length, true)
        // One run at a time: a Job is made only when no other may have a pod.
        const made = names.filter(name => name.startsWith('vpc-') && !observedNames(variant.children).includes(name))
        const jobsMade = made.filter(name => !['vpc-output', 'vpc-registry'].includes(name))
        same(jobsMade.length <= (situationOf(variant).active === undefined ? 1 : 0), true)
      }
    }),
    { numRuns: 5000 },
  )
  t.end()
})

t.test('a Terraform: answers that are written down come to rest, whatever there is of runs', t => {
  fc.assert(
    fc.property(terraformRequest, terraformFacts, (body, found) => {
      const answers: string[] = []
      // A minute passes each time. Of several runs that never started one gives way at a time.
      for (let given: any = body, minute = 0; minute < 12; minute++) {
        asked.observations++
        const answer = desiredTerraform(situationOf(given), { ...found, now: now.replace('04', String(10 + minute)) })
        answers.push(JSON.stringify(answer))
        if (answers.at(-1) === answers.at(-2)) return
        given = written(given, answer)
      }
      throw new Error(answers.join('\n'))
    }),
    { numRuns: 5000 },
  )
  t.end()
})

t.test('a Terraform that is deleted: what runs stays, and it is not finalized beside it', t => {
  fc.assert(
    fc.property(terraformRequest, terraformFacts, (body, found) => {
      const facts = { ...found, now, scan: undefined }
      for (const variant of withoutGroups<any>({ ...body, finalizing: true }, 'Job.batch/v1')) {
        const situation = situationOf(variant)
        const { finalized, children } = finalizeTerraform(situation, facts)
        const omitted = observedNames(variant.children).filter(name => !namesOf(children).includes(name))
        const isRunning = situation.active !== undefined && facts.pods?.hasStarted !== false
        same(isRunning && omitted.includes(situation.active.name), false)
        same(finalized && (isRunning || !('Job.batch/v1' in variant.related)), false)
      }
    }),
    { numRuns: 6000 },
  )
  t.end()
})

t.test('a Service that is deleted: it stays while anything of it is there, and all of it while it is needed', t => {
  fc.assert(
    fc.property(serviceRequest, body => {
      for (const variant of withoutGroups<any>({ ...body, finalizing: true }, ...GROUPS)) {
        const { finalized, children } = finalizeService(parseSyncRequest(variant), now)
        const { related } = variant
        const observed = observedNames(variant.children)
        const omitted = observed.filter(name => !namesOf(children).includes(name))
        const others = ['ApplicationSet.argoproj.io/v1alpha1', 'Application.argoproj.io/v1alpha1', 'Job.batch/v1']
        const isKnown = others.every(group => group in related)
        const isNeeded = others.some(group => `team/web` in (related[group] ?? {}))
        const applications = Object.keys(related['Application.argoproj.io/v1alpha1'] ?? {})
        same(omitted.length > 0 && (!isKnown || isNeeded), false)
        same(finalized && (!isKnown || isNeeded || observed.length > 0 || applications.length > 0), false)
        // It ends when nothing holds it, and its children go before.
        same(finalized, isKnown && !isNeeded && observed.length === 0 && applications.length === 0)
        same(omitted.length, isKnown && !isNeeded ? observed.length : 0)
      }
    }),
    { numRuns: 3000 },
  )
  t.end()
})

/** Writes any text so that filling gives it back as it was: with one `$` more, as users are told to. */
function escape(text: string): string {
  return text.replace(/(?<!\$)\$+\{workspace\./g, match => `$${match}`)
}

t.test('what is escaped comes out of filling as it was', t => {
  const text = fc
    .array(fc.constantFrom('$', '$$', '{workspace.', 'A', '}', ':-', '.', ' ', '${workspace.B}'))
    .map(parts => parts.join(''))
  fc.assert(
    fc.property(
      fc.oneof(text, fc.string()),
      given => ++asked.observations > 0 && fillPlaceholders(escape(given), () => 'x').value === given,
    ),
    { numRuns: 20_000 },
  )
  t.end()
})

t.test('that was enough to look at', t => {
  t.comment(`${asked.observations} generated observations`)
  t.ok(asked.observations >= 100_000, `${asked.observations} observations`)
  t.end()
})
