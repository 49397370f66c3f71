/**
 * A branch as part of a DNS label: lower case, accents taken off, all but letters and digits replaced by `-`. Empty when
 * nothing is left; not shortened.
 */
export function branchSlug(branch: string): string {
  return branch
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
}
