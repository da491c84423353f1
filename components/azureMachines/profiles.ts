/** The operating system of a machine at its first start, and who patches it. */
import { createHash } from "node:crypto";
import type * as pulumi from "../pulumi.ts";

/** `admin` and `administrator` are names that Azure refuses. */
const user = "vigil-operator";

/** Azure patches when the maintenance of its zone says so, and then alone: https://learn.microsoft.com/azure/virtual-machines/prepare-for-windows-virtual-machine-patching */
const byPlatform = {
  assessmentMode: "AutomaticByPlatform",
  patchMode: "AutomaticByPlatform",
  automaticByPlatformSettings: {
    rebootSetting: "IfRequired",
    bypassPlatformSafetyChecksOnUserSchedule: true,
  },
} as const;

export function windowsProfile(adminPassword: pulumi.Output<string>) {
  return {
    adminUsername: user,
    adminPassword,
    windowsConfiguration: {
      provisionVMAgent: true,
      enableAutomaticUpdates: true,
      timeZone: "UTC",
      patchSettings: { ...byPlatform },
    },
  };
}

/** No password, and a key that nobody has: what is to be done on the machine comes by Run Command. */
export function linuxProfile(stack: string, cloudInit: string) {
  return {
    adminUsername: user,
    ...(cloudInit !== "" && { customData: Buffer.from(cloudInit).toString("base64") }),
    linuxConfiguration: {
      disablePasswordAuthentication: true,
      provisionVMAgent: true,
      patchSettings: { ...byPlatform },
      ssh: { publicKeys: [{ path: `/home/${user}/.ssh/authorized_keys`, keyData: keyOfNobody(stack) }] },
    },
  };
}

/**
 * Azure wants a public key of an account without a password. A hash in the place of one is a key whose private half nobody
 * has ever had: to find it would be to break Ed25519. The format is RFC 8709's.
 */
export function keyOfNobody(stack: string): string {
  const key = createHash("sha256").update(`vigil ${stack} nobody`).digest();
  const word = (bytes: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  return `ssh-ed25519 ${Buffer.concat([word(Buffer.from("ssh-ed25519")), word(key)]).toString("base64")} nobody`;
}
