import type { Pod } from '../lib/kubernetes/api.js'

/** A pod that waits to be started, but for what of its status is given. */
export const pod = (status: object, name = 'p', creationTimestamp = '2026-01-01T00:00:00Z'): Pod => ({
  metadata: { name, creationTimestamp },
  status: { phase: 'Pending', conditions: [], containerStatuses: [], ...status },
})
