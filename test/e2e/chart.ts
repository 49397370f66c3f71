import { gitRepository } from './git-repository.js'

const VALUES = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Values.service }}-values
data:
  values: {{ .Values | toJson | quote }}
`

/** Charts as small as they can be: one Deployment, and the values it got as a ConfigMap, to be compared; or only that. */
const FILES = {
  'values-only/Chart.yaml': `apiVersion: v2
name: values-only
version: 0.1.0
`,
  'values-only/templates/values.yaml': VALUES,
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
  'application-helm/templates/values.yaml': VALUES,
}

/** Makes a git repository with the charts in a folder and returns its URL. */
export async function chartRepository(folder: string): Promise<string> {
  const repository = await gitRepository(folder, 'chart')
  await repository.commit(FILES)
  return repository.url
}
