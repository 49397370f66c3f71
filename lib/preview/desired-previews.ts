import type { Verdict } from '../conditions.js'
import type { DesiredChild } from '../metacontroller.js'
import { previewSetName } from '../names.js'
import type { ServiceFacts } from '../service/facts.js'
import { keptSet } from '../service/kept-set.js'
import type { Plan } from '../service/plan.js'
import type { ServiceSituation } from '../service/situation.js'
import type { ServiceSpec } from '../service/spec.js'
import type { Candidate } from './candidate.js'
import { keptCandidate } from './kept-candidates.js'
import { keptReport } from './kept-report.js'
import { mayStay } from './open-pull-requests.js'
import { planPreviews } from './plan-previews.js'
import type { PreviewEnvironment } from './preview-environment.js'
import { withElements } from './preview-element.js'
import { type PreviewReport, previewReport } from './preview-report.js'
import { previewSet } from './preview-set.js'
import { previousPreviews } from './previous-previews.js'
import { type PreviewsOf, askedPreviewsOf, isSameRepository, repositoryName } from './previews-of.js'
import { runningPreviews } from './running-previews.js'
import { hasUnchangedHosts } from './unchanged-hosts.js'
import { feedbackVerdicts, listVerdict, readyVerdict } from './preview-verdicts.js'

/** The copies of a Service for pull requests: what should exist, and what the status says of them. */
export interface Previews extends PreviewReport {
  readonly children: readonly DesiredChild[]
  readonly verdicts: readonly Verdict[]
  readonly of: PreviewsOf | undefined
}

const NONE: Previews = { children: [], previews: [], previewURLs: [], verdicts: [], of: undefined }

/** The environment of a Service that wants copies. */
export function wantedPreviews(spec: ServiceSpec | undefined): PreviewEnvironment | undefined {
  return spec?.previewEnvironment?.enabled === true ? spec.previewEnvironment : undefined
}

/**
 * Copies as they are: something that they need is not known. Those that a list of pull requests proves to be wanted no
 * more go all the same, and who turned them off has none.
 */
export function keptPreviews(situation: ServiceSituation, facts: ServiceFacts): Previews {
  const { spec } = situation
  const environment = wantedPreviews(spec.value)
  if (spec.value !== undefined && environment === undefined) return NONE
  const { set, elements: running } = runningPreviews(situation)
  if (environment === undefined && set === undefined) return NONE
  const { elements, ...report } = keptReport(situation, keptOnes(situation, facts, environment))
  const kept = set === undefined || elements.length === running.size ? set : withElements(set, elements)
  return withVerdicts(situation, facts, report, kept === undefined ? [] : [keptSet(kept, situation)])
}

function keptOnes(
  situation: ServiceSituation,
  { pullRequests: list }: ServiceFacts,
  environment: PreviewEnvironment | undefined,
): (candidate: Candidate) => boolean {
  if (environment === undefined || list?.pullRequests === undefined) return () => true
  const { repository = environment } = runningPreviews(situation)
  return isSameRepository(repository, environment) ? mayStay(list, environment) : () => list.mayBeOlder
}

/** The copies that the pull requests ask for. Without any list of those, what runs stays. */
export function desiredPreviews(
  situation: ServiceSituation,
  spec: ServiceSpec,
  facts: ServiceFacts,
  { source, project, tag }: Plan,
): Previews {
  const environment = wantedPreviews(spec)
  if (environment === undefined) return NONE
  const list = facts.pullRequests
  if (list?.pullRequests === undefined || source === undefined || project === undefined) {
    return keptPreviews(situation, facts)
  }
  const { parent } = situation.request
  const { set, elements: there, repository = environment } = runningPreviews(situation)
  const name = repositoryName(environment)
  const isOfOther = !isSameRepository(repository, environment)
  // Copies for another repository than before: the older ones go, but not by a list that may be older than they are.
  if (isOfOther && list.mayBeOlder) return keptPreviews(situation, facts)
  const running = isOfOther ? new Map<never, never>() : there
  const basis = {
    service: parent.metadata,
    environment,
    source,
    repository: situation.image?.value?.repository,
    scan: facts.scan,
    tag,
    running,
  }
  const { previews: previous } = previousPreviews(parent.status)
  const planned = planPreviews(basis, list, element => keptCandidate(element, previous.get(Number(element.number))))
  const candidates = conflictOf(situation) === undefined ? planned : planned.map(withoutElement)
  const elements = candidates.flatMap(({ element }) => element ?? [])
  // Once made it stays, be it empty: a new one would not tell that there were copies before.
  const isSetWanted = set !== undefined || elements.length > 0
  const children = isSetWanted ? [previewSet(situation, spec, { project, repository: name, elements })] : []
  const report = previewReport(candidates, situation.observed.previewApplications)
  const ofSpec = { ...report, of: askedPreviewsOf(spec) }
  return withVerdicts(situation, facts, ofSpec, children, hasUnchangedHosts(source.values))
}

function conflictOf({ request, observed }: ServiceSituation): string | undefined {
  const { name, namespace } = request.parent.metadata
  const setName = previewSetName(name)
  return observed.foreignNames?.includes(setName) === true
    ? `ApplicationSet '${setName}' in namespace '${namespace}', which would hold the copies, belongs to somebody else; rename this Service or remove that ApplicationSet`
    : undefined
}

function withoutElement({ element, ...rest }: Candidate): Candidate {
  return element === undefined
    ? rest
    : { ...rest, urls: [], reason: 'nameConflict', message: 'the name of the ApplicationSet of the copies is taken' }
}

function withVerdicts(
  situation: ServiceSituation,
  facts: ServiceFacts,
  report: Pick<Previews, 'previews' | 'previewURLs' | 'of'>,
  children: readonly DesiredChild[],
  hasUnchangedHosts = false,
): Previews {
  const environment = wantedPreviews(situation.spec.value)
  return {
    ...report,
    children,
    verdicts:
      environment === undefined
        ? []
        : [
            listVerdict(environment, facts.pullRequests),
            readyVerdict(report.previews, {
              set: runningPreviews(situation).set,
              conflict: conflictOf(situation),
              isListed: facts.pullRequests?.pullRequests !== undefined,
              hasUnchangedHosts,
            }),
            ...feedbackVerdicts(facts.feedbackFailure),
          ],
  }
}
