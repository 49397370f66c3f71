/** How much memory was in use, in MiB. */
export interface MemoryReport {
  /** Mean of the first and of the last third; NaN when there were too few looks. */
  readonly first: number
  readonly last: number
  readonly rss: number
}

/** Looks at the heap when told to, after a collection where Node runs with --expose-gc. */
export function memoryWatch(): { note(): void; report(): MemoryReport } {
  const heaps: number[] = []
  const mean = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0) / numbers.length
  return {
    note() {
      globalThis.gc?.()
      heaps.push(process.memoryUsage().heapUsed / 2 ** 20)
    },
    report() {
      const third = Math.floor(heaps.length / 3)
      const [first, last] = [heaps.slice(0, third), heaps.slice(heaps.length - third)]
      return { first: mean(first), last: mean(last), rss: process.memoryUsage().rss / 2 ** 20 }
    },
  }
}
