/** Certificates that are about to end, and copies of secrets that are no longer current. */
import type { Alert, Duration } from "../model.ts";
import { replicasOf, type Deployed } from "./deployed.ts";

/** Days before its end at which a certificate should long have been renewed: all are renewed 30 days before, or earlier. */
const renewedBefore = 14;

/** By cert-manager on a cluster; by probes of the servers themselves on hosts. */
export function certificateAlerts(deployed: Deployed): Alert[] {
  const { onCluster, patience, afterwards } = deployed;
  if (onCluster) return [certificateExpires(patience), certificateNotReady, secretNotSynced];
  return replicasOf(deployed, "blackbox-exporter") > 0
    ? [serverCertificateExpires(patience, afterwards)]
    : [];
}

function serverCertificateExpires(patience: Duration, afterwards: Duration): Alert {
  return {
    name: "ServerCertificateExpiresSoon",
    expression: `probe_ssl_earliest_cert_expiry - time() < ${String(renewedBefore * 86_400)}`,
    // One that has ended already is told by its target, which refuses its scrapes.
    for: afterwards,
    keepFiringFor: patience,
    severity: "warning",
    summary: "The certificate of {{ $labels.instance }} ends in {{ $value | humanizeDuration }}",
    description: `{{ $labels.instance }} shows a certificate with {{ $value | humanizeDuration }} to go; it should have been renewed at least 30 days before its end.`,
    dashboard: "edge",
    runbook: {
      meaning:
        "Certificates are renewed by `pulumi up` when they have less than 30 days. Nobody has run it, or the server has not read the new file.",
      impact: "At its end everybody refuses the server: the stack itself, and people.",
      firstLook: [
        { promql: "(probe_ssl_earliest_cert_expiry - time()) / 86400", shows: "days to go of each server" },
        "openssl x509 -enddate -noout -in tls/NAME.crt: whether the file is newer than what is shown",
      ],
      mend: [
        "Run `pulumi up`, from a schedule at best: it renews what is due.",
        "The file is newer: restart the server, so that it reads it.",
      ],
    },
  };
}

function certificateExpires(patience: Duration): Alert {
  return {
    name: "CertificateExpiresSoon",
    // A certificate that never was has 0; both replicas of cert-manager tell, and one may be late.
    expression: `(max by (namespace, name) (certmanager_certificate_expiration_timestamp_seconds{job="cert-manager"}) > 0) - time() < ${String(renewedBefore * 86_400)}`,
    for: patience,
    keepFiringFor: patience,
    severity: "warning",
    summary: "Certificate {{ $labels.namespace }}/{{ $labels.name }} ends in {{ $value | humanizeDuration }}",
    description: `The certificate should have been renewed at least 30 days before its end, and has {{ $value | humanizeDuration }} to go (less than ${String(renewedBefore)} days).`,
    dashboard: "edge",
    runbook: {
      meaning:
        "cert-manager has tried to renew it for two weeks without success, or does not run, or nobody asked it to.",
      impact:
        "At its end clients refuse the server: `edge` shuts people out, the others blind the stack itself.",
      firstLook: [
        "kubectl -n NAMESPACE describe certificate NAME: its events, and the CertificateRequest that they name",
        "For `edge`: kubectl -n NAMESPACE get orders,challenges",
      ],
      mend: [
        "An ACME challenge fails: port 80 of the public name must reach the edge from anywhere.",
        "Rate limited by the authority: wait, and do not delete the certificate.",
        "cert-manager is down: start it; it renews by itself.",
      ],
    },
  };
}

const certificateNotReady: Alert = {
  name: "CertificateNotReady",
  expression:
    'max by (namespace, name) (certmanager_certificate_ready_status{job="cert-manager", condition="True"}) == 0',
  for: "15m",
  keepFiringFor: "5m",
  severity: "warning",
  summary: "Certificate {{ $labels.namespace }}/{{ $labels.name }} cannot be issued",
  description:
    'cert-manager has said for 15 minutes that there is no valid certificate for what is asked (ready is {{ $value | printf "%.0f" }}): none yet, one that has ended, or one for other names.',
  dashboard: "edge",
  runbook: {
    meaning: "The certificate in the Secret is missing, over, or not the one that the object asks for.",
    impact: "Pods that mount the Secret do not start, or serve a certificate that clients refuse.",
    firstLook: [
      "kubectl -n NAMESPACE describe certificate NAME: reason and message of its condition Ready",
      "kubectl get clusterissuers,issuers --all-namespaces: they must be ready themselves",
    ],
    mend: [
      "`edge` by ACME: the host name must point at the load balancer, and port 80 must be open.",
      "The stack's own: kubectl -n cert-manager get secret vigil-authority must be there; restore it from a backup, as a new one is trusted by nobody.",
    ],
  },
};

const secretNotSynced: Alert = {
  name: "ExternalSecretNotSynced",
  expression:
    'max by (namespace, name) (externalsecret_status_condition{job="external-secrets", condition="Ready", status="False"}) == 1',
  for: "15m",
  severity: "warning",
  summary: "Secret {{ $labels.namespace }}/{{ $labels.name }} is not a copy of the cloud's store any more",
  description:
    'external-secrets has failed to read it from the store of the cloud for 15 minutes (failed is {{ $value | printf "%.0f" }}).',
  dashboard: "stack-overview",
  runbook: {
    meaning: "The store refuses, does not answer, or lacks a secret that the object names.",
    impact:
      "Pods run on with the last copy; a new secret does not arrive, and a first one keeps pods from starting.",
    firstLook: [
      "kubectl -n NAMESPACE describe externalsecret NAME: the store's own answer is among its events",
      "kubectl get clustersecretstores: READY, and why not",
    ],
    mend: [
      "The secret is missing in the store: `pulumi up` writes those of the configuration.",
      "Access denied: the identity of external-secrets has lost its role; `pulumi up` gives it back.",
    ],
  },
};
