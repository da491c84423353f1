/**
 * What people read when they are called: what, where, since when, how much, and where to look. One text for all channels,
 * so that the phone, the chat and the mail say the same.
 *
 * @see https://prometheus.io/docs/alerting/latest/notifications/
 */

/** Text of the template file that `templatesGlob` of the Alertmanager's configuration matches. */
export function renderAlertmanagerTemplates(): string {
  return [title, link, runbook, parts, text, slack, pagerduty, email].join("\n");
}

const title = `{{ define "vigil.title" -}}
[{{ .Status | toUpper }}{{ if eq .Status "firing" }}: {{ .Alerts.Firing | len }}{{ end }}] {{ with .CommonLabels.alertname }}{{ . }}{{ else }}{{ .Alerts | len }} alerts{{ end }}{{ with .CommonLabels.severity }} ({{ . }}){{ end }}{{ with .CommonLabels.service }} on {{ . }}{{ end }}
{{- end }}
`;

const link = `{{ define "vigil.link" -}}
{{ .ExternalURL }}/#/alerts?receiver={{ .Receiver | urlquery }}
{{- end }}
`;

const runbook = `{{ define "vigil.runbook" -}}
{{ with .CommonAnnotations.runbook_url }}{{ . }}{{ else }}one for each alert, see below{{ end }}
{{- end }}
`;

/** Pieces of one alert that more than one channel uses. */
const parts = `{{ define "vigil.since" -}}
{{ .StartsAt.UTC.Format "2006-01-02 15:04:05 MST" }}{{ if eq .Status "resolved" }}, until {{ .EndsAt.UTC.Format "15:04:05 MST" }}{{ end }}
{{- end }}
`;

const text = `{{ define "vigil.text" -}}
{{ range .Alerts -}}
{{ .Labels.alertname }} is {{ .Status }}{{ with .Labels.severity }}, {{ . }}{{ end }}
What:      {{ .Annotations.summary }}
Detail:    {{ .Annotations.description }}
Where:     {{ range (.Labels.Remove (stringSlice "alertname" "severity")).SortedPairs }}{{ .Name }}={{ .Value }} {{ end }}
Since:     {{ template "vigil.since" . }}
Runbook:   {{ .Annotations.runbook_url }}
{{ with .Annotations.dashboard_url }}Dashboard: {{ . }}
{{ end }}Query:     {{ .GeneratorURL }}

{{ end -}}
All:       {{ template "vigil.link" . }}
{{- end }}
`;

// A runbook that is published nowhere is the path of a file: said, and no link that leads nowhere.
const slack = `{{ define "vigil.slack.color" -}}
{{ if eq .Status "resolved" }}good{{ else if eq .CommonLabels.severity "critical" }}danger{{ else if eq .CommonLabels.severity "warning" }}warning{{ else }}#439fe0{{ end }}
{{- end }}
{{ define "vigil.slack.text" -}}
{{ range .Alerts -}}
*{{ .Annotations.summary }}* ({{ .Status }})
{{ .Annotations.description }}
Where: {{ range (.Labels.Remove (stringSlice "alertname" "severity")).SortedPairs }}\`{{ .Name }}={{ .Value }}\` {{ end }}
Since: {{ template "vigil.since" . }}
{{ if match "^https?://" .Annotations.runbook_url }}<{{ .Annotations.runbook_url }}|Runbook>{{ else }}Runbook: {{ .Annotations.runbook_url }}{{ end }}{{ with .Annotations.dashboard_url }} · <{{ . }}|Dashboard>{{ end }} · <{{ .GeneratorURL }}|Query>

{{ end -}}
{{- end }}
`;

const pagerduty = `{{ define "vigil.pagerduty.severity" -}}
{{ if eq .CommonLabels.severity "critical" }}critical{{ else if eq .CommonLabels.severity "warning" }}warning{{ else }}info{{ end }}
{{- end }}
`;

const email = `{{ define "vigil.email.html" -}}
<!doctype html>
<html lang="en">
<body style="font-family: sans-serif">
<h2>{{ template "vigil.title" . }}</h2>
{{ range .Alerts -}}
<h3>{{ .Annotations.summary }} ({{ .Status }})</h3>
<p>{{ .Annotations.description }}</p>
<table>
<tr><th align="left">Where</th><td>{{ range (.Labels.Remove (stringSlice "alertname" "severity")).SortedPairs }}{{ .Name }}={{ .Value }}<br>{{ end }}</td></tr>
<tr><th align="left">Since</th><td>{{ template "vigil.since" . }}</td></tr>
</table>
<p>{{ if match "^https?://" .Annotations.runbook_url }}<a href="{{ .Annotations.runbook_url }}">Runbook</a>{{ else }}Runbook: {{ .Annotations.runbook_url }}{{ end }}{{ with .Annotations.dashboard_url }} · <a href="{{ . }}">Dashboard</a>{{ end }} · <a href="{{ .GeneratorURL }}">Query</a></p>
{{ end -}}
<p><a href="{{ template "vigil.link" . }}">All alerts</a></p>
</body>
</html>
{{- end }}
`;
