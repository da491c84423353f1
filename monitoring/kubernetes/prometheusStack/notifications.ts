/** Who is told, as the Secret that Alertmanager's pods read: its configuration and templates, and files of secrets beside it. */
import { renderAlertmanagerConfig } from "../../alertmanager.ts";
import { secretsOfReceiver } from "../../extend.ts";
import { renderAlertmanagerTemplates } from "../../alertmanagerTemplates.ts";
import { withDeadMansSwitch } from "../../deadMansSwitch.ts";
import type { Notifications, Receiver, System } from "../../model.ts";
import { externalSecret } from "../externalSecret.ts";
import type { ClusterFacts, KubernetesObject } from "../model.ts";
import { ownObject } from "../names.ts";

/** Secret of the configuration, which holds no secret: the operator takes no other kind, and knows this key only. */
export const notificationsSecret = "alertmanager-notifications";
/** Addresses and keys of receivers, each a file. */
export const receiversSecret = "alertmanager-receivers";

const configKey = "alertmanager.yaml";

/** The configuration, and the secrets that it names. */
export function notificationObjects(system: System, facts: ClusterFacts): KubernetesObject[] {
  const { namespace } = system;
  const told = { ...system, notifications: notificationsOf(system, facts) };
  const secrets = secretsOf(told.notifications.receivers);
  return [
    ownObject({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: notificationsSecret, namespace },
      type: "Opaque",
      stringData: {
        [configKey]: renderAlertmanagerConfig(told, {
          secretFile: (name) => `/etc/alertmanager/secrets/${receiversSecret}/${name}`,
          // The operator copies every other key of the Secret beside the configuration.
          templatesGlob: "/etc/alertmanager/config/*.tmpl",
        }),
        "vigil.tmpl": renderAlertmanagerTemplates(),
      },
    }),
    ...(secrets.length === 0
      ? []
      : [
          externalSecret(facts, {
            name: receiversSecret,
            namespace,
            keys: Object.fromEntries(secrets.map((name) => [name, name])),
          }),
        ]),
  ];
}

/** Whether a receiver has a secret, so that its files are to be mounted. */
export function hasReceiverSecrets(system: System, facts: ClusterFacts): boolean {
  return secretsOf(notificationsOf(system, facts).receivers).length > 0;
}

/** Without a dead-man's switch nobody is told of an alert that always fires. */
function notificationsOf({ notifications }: System, { deadMansSwitch }: ClusterFacts): Notifications {
  return deadMansSwitch ? withDeadMansSwitch(notifications) : notifications;
}

function secretsOf(receivers: readonly Receiver[]): string[] {
  return [...new Set(receivers.flatMap(secretsOfReceiver))];
}
