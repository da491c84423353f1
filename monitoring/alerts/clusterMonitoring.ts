import type { Alert, Duration } from "../model.ts";

/** Days before its end at which a certificate should long have been renewed: all are renewed 30 days before, or earlier. */
const renewedBefore = 14;

/** Alerts of a stack about what it stands on in a Kubernetes cluster: the edge, certificates and copies of secrets. */
export function clusterMonitoring(patience: Duration): Alert[] {
  return [edgeBackendDown(patience), certificateExpires(patience), certificateNotReady, secretNotSynced];
}

/**
 * Backends of the controller are named after the Service: `NAMESPACE_svc_NAME_PORT`.
 *
 * @see https://github.com/haproxytech/kubernetes-ingress/blob/master/pkg/service/service.go
 */
function edgeBackendDown(patience: Duration): Alert {
  return {
    name: "EdgeBackendDown",
    expression: 'haproxy_backend_status{job="haproxy-ingress", proxy=~".+_svc_.+", state="UP"} == 0',
    for: patience,
    keepFiringFor: patience,
    severity: "critical",
    summary: "The edge reaches no server of {{ $labels.proxy }}",
    description: `{{ $labels.instance }} of the edge has had no server of {{ $labels.proxy }} for ${patience}: whoever asks gets 503.`,
    runbook: {
      meaning:
        "Every server of the backend is gone, or fails HAProxy's check or the verification of its certificate.",
      impact: "People and programs outside get 503; scraping, alerts and notifications go on.",
      firstLook: [
        "kubectl -n monitoring get pods,endpointslices of the Service in the backend's name",
        'haproxy_server_status{job="haproxy-ingress"}: L4CON is refused, L6RSP a certificate that was not accepted',
      ],
      mend: [
        "No pods: read why they do not start; oauth2-proxy ends when its provider's discovery document cannot be read.",
        "A certificate that is refused: restart the server, so that it reads the renewed one.",
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
    description: `The certificate should have been renewed at least 30 days before its end, and has less than ${String(renewedBefore)} days.`,
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
  severity: "warning",
  summary: "Certificate {{ $labels.namespace }}/{{ $labels.name }} cannot be issued",
  description:
    "cert-manager has said for 15 minutes that there is no valid certificate for what is asked: none yet, one that has ended, or one for other names.",
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
  description: "external-secrets has failed to read it from the cloud's store for 15 minutes.",
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
