import { createServer } from 'node:http'

// The measure of speed: the least that any JSON service of Node must do with a request.
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(JSON.parse(Buffer.concat(chunks).toString('utf8'))))
  })
})
server.listen(Number(process.env.PORT), '127.0.0.1')
