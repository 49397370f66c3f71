import type { AlustanError } from '../errors.js'
import type { ImageRepository } from './reference.js'
import type { Tag } from './tag.js'

/** What is known of an image's tags when a hook asks. */
export interface Scan {
  /** Tags that are versions, from the newest complete answer; undefined: nothing is known yet. Never "no tags". */
  readonly tags: readonly Tag[] | undefined
  /** The text of every tag, also of those that are no versions; absent: nothing is known yet. */
  readonly texts?: ReadonlySet<string> | undefined
  /** Why the newest scan gave nothing. Beside `tags`, these are of an older one. */
  readonly failure: AlustanError | undefined
  /** Whether the registry has more tags than are kept. */
  readonly isTruncated: boolean
  /**
   * Whether complete scans that began after the running tag was first missed show that this tag is gone. An older list
   * without it proves nothing: another replica may have seen a newer one.
   */
  readonly isRunningTagGone: boolean
  /** Whether the scan that a user asked for is still out and no block of its host delays it: ask again soon. */
  readonly isAwaited?: boolean
  /**
   * Whether the list is of a scan that began after this process first heard that a higher tag was gone: only then does
   * that tag in the list mean that it is back.
   */
  readonly isNewerThanLowering?: boolean
}

/** What is asked about an image's tags. */
export interface ScanQuestion {
  /** The tag that runs. */
  readonly runningTag?: string | undefined
  /** The tags that were gone, as `loweredAgain` writes them; the running tag is among them when it came back. */
  readonly loweredFrom?: string | undefined
  /** Text by which a user asks for a new scan: one that was not seen before brings the next forward. */
  readonly requestedAt?: string | undefined
}

/** Background cache of tag lists: asking it never waits for a registry longer than a second. */
export interface ImageScanner {
  /** Reads what is known of the image, and keeps it fresh from now on; `intervalSeconds` between scans. */
  read(image: ImageRepository, intervalSeconds: number, question?: ScanQuestion): Promise<Scan>
  /** Stops all scans. */
  close(): void
}
