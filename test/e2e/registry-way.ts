import { type AddressInfo, connect, createServer } from 'node:net'
import type { Seen } from './kubectl.js'
import { list } from './kubectl.js'

/** How a pod reaches the registry under the name that the node pulls from, `localhost:PORT`. */
export interface RegistryWay {
  /** A container for the pod, which shares its loopback. */
  readonly container: Seen
  close(): void
}

const FORWARD = `require('node:net').createServer(from => {
  const to = require('node:net').connect(Number(process.env.TO_PORT), process.env.TO_HOST)
  from.pipe(to).pipe(from)
  for (const socket of [from, to]) socket.on('error', () => { from.destroy(); to.destroy() })
}).listen(Number(process.env.PORT), '127.0.0.1')
process.on('SIGTERM', () => setTimeout(() => process.exit(0), 10000))`

/** Opens a way from pods to the registry of this machine's loopback: a listener on the node's address, and a sidecar. */
export async function registryWay(image: string): Promise<RegistryWay> {
  const [host = 'localhost', port = '5000'] = (process.env.REGISTRY ?? 'localhost:5000').split(':')
  const [node] = await list('nodes', 'default')
  const address: string = node.status.addresses.find(({ type }: Seen) => type === 'InternalIP').address
  const server = createServer(from => {
    const to = connect(Number(port), host)
    from.pipe(to).pipe(from)
    from.on('error', () => to.destroy())
    to.on('error', () => from.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, address, resolve))
  const { port: open } = server.address() as AddressInfo
  return {
    container: {
      name: 'registry',
      image,
      command: ['node', '--eval', FORWARD],
      env: [
        { name: 'PORT', value: port },
        { name: 'TO_HOST', value: address },
        { name: 'TO_PORT', value: String(open) },
      ],
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
    },
    close: () => server.close(),
  }
}
