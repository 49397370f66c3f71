import { AlustanError } from '../errors.js'

/** The failure of an answer that no registry should give; `subject` is who gave it. */
export function oddAnswer(subject: string, fault: string): AlustanError {
  const cure = 'check that a registry answers there, no proxy and no login page'
  return new AlustanError('InvalidRegistryAnswer', `${subject} ${fault}; ${cure}`)
}

/** The failure of an answer with a status that is not understood: from 500 on, `subject` is out of order. */
export function oddStatus(subject: string, status: number): AlustanError {
  const fault = `answers with status ${status}`
  if (status < 500) return oddAnswer(subject, fault)
  return new AlustanError('RegistryUnreachable', `${subject} ${fault}; see whether it is up`)
}
