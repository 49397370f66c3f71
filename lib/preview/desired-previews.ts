import type { Verdict } from '../conditions.js'
import type { DesiredChild } from '../metacontroller.js'
import { previewSetName } from '../names.js'
import type { ServiceFacts } from '../service/facts.js'
import { keptSet } from '../service/kept-set.js'
import type { Plan } from '../service/plan.js'
import type { ServiceSituation } from '../service/situation.js'
import type { ServiceSpec } from '../service/spec.js'
import type { Candidate } from './candidate.js'
import { keptCandidate, keptCandidates, previousPreviews } from './kept-candidates.js'
import { planPreviews } from './plan-previews.js'
import { type PreviewElement, observedElements } from './preview-element.js'
import type { PreviewEnvironment } from './preview-environment.js'
import { type PreviewReport, previewReport } from './preview-report.js'
import { previewSet } from './preview-set.js'
import { feedbackVerdicts, listVerdict, readyVerdict } from './preview-verdicts.js'

/** The copies of a Service for pull requests: what should exist, and what the status says of them. */
export interface Previews extends PreviewReport {
  readonly children: readonly DesiredChild[]
  readonly verdicts: readonly Verdict[]
}

type Observed = Pick<ServiceSituation, 'request' | 'observed'>

const NONE: Previews = { children: [], previews: [], previewURLs: [], verdicts: [] }

/** The environment of a Service that wants copies. */
export function wantedPreviews(spec: ServiceSpec | undefined): PreviewEnvironment | undefined {
  return spec?.previewEnvironment?.enabled === true ? spec.previewEnvironment : undefined
}

/** Copies as they are: something that they need is not known. Only who turned them off has none. */
export function keptPreviews(situation: ServiceSituation, facts: ServiceFacts): Previews {
  const { spec } = situation
  const environment = wantedPreviews(spec.value)
  if (spec.value !== undefined && environment === undefined) return NONE
  const { set } = runningPreviews(situation)
  if (environment === undefined && set === undefined) return NONE
  const children = set === undefined ? [] : [keptSet(set, situation)]
  return withVerdicts(situation, facts, keptPreviewReport(situation), children)
}

/** What the status says of copies that are kept. */
export function keptPreviewReport(situation: Observed): PreviewReport {
  const { elements } = runningPreviews(situation)
  return previewReport(keptCandidates(situation.request.parent, elements), situation.observed.previewApplications)
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
  const { set, elements: running } = runningPreviews(situation)
  const basis = {
    service: parent.metadata,
    environment,
    source,
    repository: situation.image?.value?.repository,
    scan: facts.scan,
    tag,
    running,
  }
  const previous = previousPreviews(parent)
  const planned = planPreviews(basis, list, element => keptCandidate(element, previous.get(Number(element.number))))
  const candidates = conflictOf(situation) === undefined ? planned : planned.map(withoutElement)
  const elements = candidates.flatMap(({ element }) => element ?? [])
  // Once made it stays, be it empty: a new one would not tell that there were copies before.
  const isSetWanted = set !== undefined || elements.length > 0
  const children = isSetWanted ? [previewSet(situation, spec, project, elements)] : []
  return withVerdicts(situation, facts, previewReport(candidates, situation.observed.previewApplications), children)
}

/** The copies that run, by number of their pull request. */
export function runningPreviews({ request, observed }: Observed) {
  const set = observed.applicationSets.get(previewSetName(request.parent.metadata.name))
  const elements: ReadonlyMap<number, PreviewElement> = observedElements(set)
  return { set, elements }
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
  report: PreviewReport,
  children: readonly DesiredChild[],
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
            readyVerdict(
              report.previews,
              runningPreviews(situation).set,
              conflictOf(situation),
              facts.pullRequests?.pullRequests !== undefined,
            ),
            ...feedbackVerdicts(facts.feedbackFailure),
          ],
  }
}
