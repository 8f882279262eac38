{{/* There is one operator per cluster or namespace, so its objects bear its name and not the release's. */}}
{{- define "gatewaypool-operator.name" -}}
gatewaypool-operator
{{- end }}

{{/* The pools' NetworkPolicies let pods with this app.kubernetes.io/name in: never change it. */}}
{{- define "gatewaypool-operator.selectorLabels" -}}
app.kubernetes.io/name: gatewaypool-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "gatewaypool-operator.labels" -}}
{{ include "gatewaypool-operator.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "gatewaypool-operator.image" -}}
{{- $repository := required "image.repository is not set: say where you pushed the image" .Values.image.repository -}}
{{- if .Values.image.digest -}}
{{ printf "%s@%s" $repository .Values.image.digest }}
{{- else -}}
{{ printf "%s:%s" $repository (.Values.image.tag | default .Chart.AppVersion) }}
{{- end -}}
{{- end }}

{{/*
What the operator may do with the pools of a namespace and what they are made of. It can grant a pool's sidecars only what it holds
itself, so it also reads EndpointSlices, and has neither `escalate` nor `bind`.
*/}}
{{- define "gatewaypool-operator.rules" -}}
- apiGroups: [pam.gatewaypool.io]
  resources: [gatewaypools]
  verbs: [get, list, watch]
- apiGroups: [pam.gatewaypool.io]
  resources: [gatewaypools/status]
  verbs: [patch]
# Clusters that enforce permissions on owner references ask for this before an object may hold up the deletion of its owner.
- apiGroups: [pam.gatewaypool.io]
  resources: [gatewaypools/finalizers]
  verbs: [update]
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, list, watch, create, patch, delete]
# The pod template that a slot goes back to when a new one fails.
- apiGroups: [apps]
  resources: [replicasets]
  verbs: [list]
# get and patch: a pod whose labels somebody took away is looked up by its name and gets them back.
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch, patch]
- apiGroups: [""]
  resources: [services]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [serviceaccounts]
  verbs: [get, list, watch, create, patch]
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, list, watch, create, update, patch]
# list and watch are used for metadata alone, but RBAC cannot tell metadata from content: this right reads every Secret in reach.
# With watchNamespace, that is one namespace.
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [rbac.authorization.k8s.io]
  resources: [roles, rolebindings]
  verbs: [get, list, watch, create, patch]
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies]
  verbs: [get, list, watch, create, patch]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [get, list, watch]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end }}
