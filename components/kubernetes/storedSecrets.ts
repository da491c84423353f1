/** Which secrets of a stack are put into its cloud's store, where external-secrets finds them. */
import { kubeconfigSecret } from "../../monitoring/kubernetes/names.ts";
import type { SecretDeclaration, System } from "../../monitoring/model.ts";

/**
 * Those that the system declares (what a stack's additions name is among them) and that are given or can be made; optional
 * ones only when given. Never the kubeconfig: it is Pulumi's way to the cluster, and no pod's.
 *
 * @param given names of the secrets that the stack's configuration gives
 */
export function storedSecrets({ secrets }: System, given: readonly string[]): SecretDeclaration[] {
  return secrets.filter(
    ({ name, generated, optional }) =>
      name !== kubeconfigSecret && (given.includes(name) || (generated && optional !== true)),
  );
}
