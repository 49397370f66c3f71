/** How much memory was in use. */
export interface MemoryReport {
  /** KiB of heap for each object, mean of the first and of the last third; NaN when there were too few looks. */
  readonly first: number
  readonly last: number
  /** MiB. */
  readonly rss: number
}

/**
 * Looks at the heap when told to, after a collection where Node runs with --expose-gc. By the objects of the cluster,
 * which is in this process too: its Jobs become more until every Terraform has as many as are kept.
 */
export function memoryWatch(): { note(objects: number): void; report(): MemoryReport } {
  const heaps: number[] = []
  const mean = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0) / numbers.length
  return {
    note(objects) {
      globalThis.gc?.()
      heaps.push(process.memoryUsage().heapUsed / 2 ** 10 / objects)
    },
    report() {
      const third = Math.floor(heaps.length / 3)
      const [first, last] = [heaps.slice(0, third), heaps.slice(heaps.length - third)]
      return { first: mean(first), last: mean(last), rss: process.memoryUsage().rss / 2 ** 20 }
    },
  }
}
