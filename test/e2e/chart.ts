import { mkdir, writeFile } from 'node:fs/promises'
import { run } from './shell.js'

/** A chart as small as it can be: one Deployment, and the values it got as a ConfigMap, to be compared. */
const FILES = {
  'application-helm/Chart.yaml': `apiVersion: v2
name: application-helm
version: 0.1.0
`,
  'application-helm/templates/deployment.yaml': `{{- $image := .Values.image }}
{{- if kindIs "map" .Values.image }}{{ $image = .Values.image.repository }}{{ end }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Values.service }}
spec:
  selector: {matchLabels: {app: {{ .Values.service }}}}
  template:
    metadata: {labels: {app: {{ .Values.service }}}}
    spec:
      terminationGracePeriodSeconds: 1
      automountServiceAccountToken: false
      containers:
        - name: main
          image: {{ .Values.registry | default "localhost:5000" }}/{{ $image }}
          env:
            - name: DB_URL
              value: {{ dig "config" "DB_URL" "" .Values.AsMap | quote }}
`,
  'application-helm/templates/values.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Values.service }}-values
data:
  values: {{ .Values | toJson | quote }}
`,
}

/** Makes a bare git repository with the chart in a folder and returns its URL. */
export async function chartRepository(folder: string): Promise<string> {
  const work = `${folder}/chart`
  const bare = `${folder}/chart.git`
  for (const [path, text] of Object.entries(FILES)) {
    await mkdir(`${work}/${path.slice(0, path.lastIndexOf('/'))}`, { recursive: true })
    await writeFile(`${work}/${path}`, text)
  }
  const author = ['-c', 'user.name=e2e', '-c', 'user.email=e2e@example.com']
  await run('git', ['-C', work, 'init', '--quiet', '--initial-branch=main'])
  await run('git', ['-C', work, 'add', '.'])
  await run('git', ['-C', work, ...author, 'commit', '--quiet', '--message=chart'])
  await run('git', ['clone', '--quiet', '--bare', work, bare])
  return `file://${bare}`
}
