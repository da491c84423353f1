/**
 * TLS of servers that read the exporter toolkit's web configuration. Certificates are read again at every handshake, so
 * renewing one needs no restart.
 *
 * @see https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md
 */
import { toYaml } from "../../yaml.ts";
import type { KubernetesObject, Workload } from "../model.ts";
import { ownObject, tlsMount, tlsSecret, tlsVolume } from "../names.ts";

const volume = "web-configuration";
const mount = "/etc/vigil/web";
const file = "web.yml";

/** Configuration, flag, volumes and mounts of a server with TLS. */
export interface ServerTls {
  readonly object: KubernetesObject;
  readonly argument: string;
  readonly volumes: readonly Record<string, unknown>[];
  readonly mounts: readonly Record<string, unknown>[];
}

/**
 * A client's certificate is verified where one is shown: Prometheus shows the stack's, the kubelet's probes have none,
 * and who else may connect is for the network policies to say.
 */
export function serverTls({ name, namespace }: Workload): ServerTls {
  const configMap = `${name}-web`;
  const content = {
    tls_server_config: {
      cert_file: `${tlsMount}/tls.crt`,
      key_file: `${tlsMount}/tls.key`,
      client_ca_file: `${tlsMount}/ca.crt`,
      client_auth_type: "VerifyClientCertIfGiven",
      min_version: "TLS12",
    },
  };
  return {
    object: ownObject({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: configMap, namespace },
      data: { [file]: toYaml(content) },
    }),
    argument: `--web.config.file=${mount}/${file}`,
    volumes: [
      { name: volume, configMap: { name: configMap } },
      // 0440: the group is the pod's own.
      { name: tlsVolume, secret: { secretName: tlsSecret(name), defaultMode: 0o440 } },
    ],
    mounts: [
      { name: volume, mountPath: mount, readOnly: true },
      { name: tlsVolume, mountPath: tlsMount, readOnly: true },
    ],
  };
}
