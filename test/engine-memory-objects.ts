import type { ApiObject, Cluster, Resource } from '../lib/engine/cluster.js'
import { at } from './engine-objects.js'

/** The time at which everything happens. */
export const SPAN = '2026-01-01T00:00:00Z'
/** For a cluster in memory whose clock stands still, and that does nothing by itself. */
export const options = { now: () => Date.parse(SPAN), stepped: true }

/** An object of a kind, with more fields and more metadata. */
export const make = (
  { apiVersion, kind }: Resource,
  name: string,
  more: object = {},
  metadata: object = {},
): ApiObject => ({
  apiVersion,
  kind,
  metadata: { ...at(name), ...metadata },
  ...more,
})

/** The object with other fields and metadata, to be written over it. */
export const edited = ({ metadata, ...rest }: ApiObject, more: object = {}, meta: object = {}): ApiObject => ({
  ...rest,
  ...more,
  apiVersion: rest.apiVersion,
  kind: rest.kind,
  metadata: { ...metadata, ...meta },
})

/** The metadata of what an object owns. */
export const ownedBy = (owner: ApiObject, more: object = {}): object => ({
  ownerReferences: [
    {
      apiVersion: owner.apiVersion,
      kind: owner.kind,
      name: owner.metadata.name,
      uid: owner.metadata.uid,
      controller: true,
      blockOwnerDeletion: true,
      ...more,
    },
  ],
})

/** An object by its name, as it is now. */
export const read = async (cluster: Cluster, resource: Resource, name: string): Promise<ApiObject | undefined> =>
  cluster.get(resource, at(name))
