/** More than a cluster has resources of ours. */
const MOST = 20_000

/** Puts something into a map as its newest entry; of more than `max` the oldest is forgotten. */
export function remember<Value>(map: Map<string, Value>, key: string, value: Value, max = MOST): void {
  map.delete(key)
  map.set(key, value)
  const oldest = map.keys().next()
  if (map.size > max && oldest.done === false) map.delete(oldest.value)
}
