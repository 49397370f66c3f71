{{- define "alustan.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "alustan.fullname" -}}
{{- $name := include "alustan.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "alustan.selectorLabels" -}}
app.kubernetes.io/name: {{ include "alustan.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "alustan.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "alustan.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: alustan
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "alustan.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "alustan.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "alustan.image" -}}
{{- $global := .Values.global | default dict }}
{{- $registry := default .Values.image.registry $global.imageRegistry }}
{{- $repository := .Values.image.repository }}
{{- if $registry }}{{ $repository = printf "%s/%s" $registry $repository }}{{ end }}
{{- if .Values.image.digest }}
{{- printf "%s@%s" $repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" $repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{- define "alustan.imagePullSecrets" -}}
{{- $global := .Values.global | default dict }}
{{- with concat .Values.imagePullSecrets ($global.imagePullSecrets | default list) }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "alustan.hookURL" -}}
{{- if .Values.hookURL }}
{{- .Values.hookURL | trimSuffix "/" }}
{{- else }}
{{- printf "http://%s.%s.svc:%v" (include "alustan.fullname" .) .Release.Namespace .Values.service.port }}
{{- end }}
{{- end }}

{{- /* Name and key of the Secret that holds a credential, as YAML; empty when there is none. */}}
{{- define "alustan.secret" -}}
{{- $root := index . 0 }}{{ $credential := index . 1 }}{{ $ownName := index . 2 }}
{{- $existing := index $root.Values.existingSecrets $credential }}
{{- if and $existing.name (index $root.Values $credential) }}
{{- fail (printf "\n%s and existingSecrets.%s.name are both set; remove one of them" $credential $credential) }}
{{- end }}
{{- if $existing.name }}
name: {{ $existing.name | quote }}
key: {{ $existing.key | quote }}
{{- else if index $root.Values $credential }}
name: {{ printf "%s-%s" (include "alustan.fullname" $root) $ownName | quote }}
key: {{ $existing.key | quote }}
{{- end }}
{{- end }}

{{- define "alustan.registrySecret" -}}
{{- include "alustan.secret" (list . "containerRegistrySecret" "registry") }}
{{- end }}

{{- define "alustan.githubSecret" -}}
{{- include "alustan.secret" (list . "githubToken" "github") }}
{{- end }}

{{- /* The hook token has a Secret in any case: given, or made at the first install and found again at upgrades. */}}
{{- define "alustan.hookSecret" -}}
{{- $given := include "alustan.secret" (list . "hookToken" "hook-token") }}
{{- if $given }}
{{- $given }}
{{- else }}
name: {{ printf "%s-hook-token" (include "alustan.fullname" .) | quote }}
key: {{ .Values.existingSecrets.hookToken.key | quote }}
{{- end }}
{{- end }}

{{- /* The token itself, where it is known: not for a Secret that exists but cannot be looked at (helm template). */}}
{{- define "alustan.hookToken" -}}
{{- if .Values.hookToken }}
{{- .Values.hookToken }}
{{- else }}
{{- $secret := include "alustan.hookSecret" . | fromYaml }}
{{- $found := lookup "v1" "Secret" .Release.Namespace $secret.name | default dict }}
{{- $data := $found.data | default dict }}
{{- if hasKey $data $secret.key }}
{{- index $data $secret.key | b64dec }}
{{- else if not .Values.existingSecrets.hookToken.name }}
{{- /* Each template would make another one: the first is put where the others find it. */}}
{{- if not (hasKey .Values "madeHookToken") }}{{ $_ := set .Values "madeHookToken" (randAlphaNum 48) }}{{ end }}
{{- .Values.madeHookToken }}
{{- end }}
{{- end }}
{{- end }}

{{- /* Changes when the hook token does. */}}
{{- define "alustan.hookTokenChecksum" -}}
{{- include "alustan.hookToken" . | sha256sum | trunc 10 }}
{{- end }}

{{- define "alustan.httpProbe" -}}
httpGet:
  path: {{ . }}
  port: http
{{- end }}

{{- /* What the schema cannot say, or would say with a credential in its message. */}}
{{- define "alustan.validate" -}}
{{- $registry := include "alustan.registrySecret" . }}
{{- $github := include "alustan.githubSecret" . }}
{{- $hook := include "alustan.hookSecret" . }}
{{- if .Values.containerRegistrySecret }}
{{- $config := .Values.containerRegistrySecret | nospace | b64dec | fromJson }}
{{- if not (kindIs "map" $config.auths) }}
{{- fail "\ncontainerRegistrySecret is not the base64 of docker's config.json: there is no \"auths\" in it; run docker login, then base64 -w 0 ~/.docker/config.json" }}
{{- end }}
{{- end }}
{{- if regexMatch "\\s" .Values.githubToken }}
{{- fail "\ngithubToken has a space or a line break; copy it again" }}
{{- end }}
{{- if and .Values.hookToken (not (regexMatch "^[A-Za-z0-9_.~+/-]{16,}=*$" .Values.hookToken)) }}
{{- fail "\nhookToken is shorter than 16 characters or has others than A-Z a-z 0-9 _ . ~ + / - =; make one with: openssl rand -hex 24" }}
{{- end }}
{{- if le (int .Values.terminationGracePeriodSeconds) (int (add .Values.preStopSeconds 10)) }}
{{- fail (printf "\nterminationGracePeriodSeconds is %v; it must be more than preStopSeconds and the 10 s of a hook together, %v" .Values.terminationGracePeriodSeconds (add .Values.preStopSeconds 10)) }}
{{- end }}
{{- $epoch := toDate "2006-01-02" "2000-01-01" }}
{{- range $name := list "appSyncInterval" "infraSyncInterval" "previewSyncInterval" }}
{{- with $text := index $.Values $name }}
{{- $seconds := ((mustDateModify $text $epoch).Sub $epoch).Seconds }}
{{- if or (lt $seconds 1.0) (gt $seconds 1728000.0) }}
{{- fail (printf "\n%s is %s; it must be from 1s to 480h, such as 30s, 5m or 1h30m" $name $text) }}
{{- end }}
{{- end }}
{{- end }}
{{- range $name, $url := .Values.endpoints }}
{{- if regexMatch "^https?://[^/]*@" $url }}
{{- fail (printf "\nendpoints.%s has a user or a password; take them out and set containerRegistrySecret or githubToken" $name) }}
{{- end }}
{{- if and (ne $name "github") (regexMatch "/v2/*$" $url) }}
{{- fail (printf "\nendpoints.%s ends with /v2, which is added to it; leave that out" $name) }}
{{- end }}
{{- end }}
{{- end }}
