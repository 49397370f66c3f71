/** The time by the clock of whoever answered, in milliseconds: ours may be wrong by an hour. Ours where it tells none. */
export function serverTime(headers: Headers): number {
  const date = Date.parse(headers.get('date') ?? '')
  return Number.isNaN(date) ? Date.now() : date
}
