/** What Azure refuses though its declarations accept it. */
import type { Requested } from "../cloud.ts";
import { at, isMap, plain, textAt } from "../propertyValues.ts";
import type { Mismatch } from "../schema/validate.ts";
import { azureNameKey } from "./identity.ts";

export function azureFaults(resource: Requested): Mismatch[] {
  return [...singletonFaults(resource), ...(byKind[resource.kind]?.(resource) ?? [])];
}

/** Kinds of which their parent has exactly one, called default: another name fails at the cloud only. */
function singletonFaults(resource: Requested): Mismatch[] {
  const key = azureNameKey(resource);
  if (key === undefined || !["BlobServiceProperties", "ManagementPolicy"].includes(resource.kind)) return [];
  const name = textAt(resource.inputs, key);
  return name === "default"
    ? []
    : [{ path: key, reason: `got ${JSON.stringify(name)}; accepted: "default"` }];
}

const byKind: Readonly<Record<string, (resource: Requested) => Mismatch[]>> = {
  VirtualMachine: machineFaults,
  VirtualMachineRunCommandByVirtualMachine: runCommandFaults,
  NetworkSecurityGroup: ruleFaults,
  LoadBalancer: balancerFaults,
  MaintenanceConfiguration: maintenanceFaults,
  Secret: secretFaults,
};

/** @see https://learn.microsoft.com/azure/virtual-machines/windows/faq#what-are-the-username-requirements-when-creating-a-vm- */
const refusedUsers = ["administrator", "admin", "user", "root", "guest", "test", "console", "owner"];

function machineFaults({ inputs }: Requested): Mismatch[] {
  const profile = at(inputs, "osProfile");
  const windows = plain(at(profile, "windowsConfiguration")) !== undefined;
  const computer = textAt(profile, "computerName") ?? "";
  const user = textAt(profile, "adminUsername") ?? "";
  const disks = listAt(inputs, "storageProfile", "dataDisks");
  const luns = disks.map((disk) => plain(at(disk, "lun")));
  return [
    ...(windows && !/^(?!\d+$)[A-Za-z0-9-]{1,15}$/.test(computer)
      ? [
          fault(
            "osProfile.computerName",
            computer,
            "up to 15 letters, digits and hyphens on Windows, not digits alone",
          ),
        ]
      : []),
    ...(refusedUsers.includes(user.toLowerCase()) || user.length > (windows ? 20 : 64)
      ? [fault("osProfile.adminUsername", user, "a name that is not reserved, of up to 20 characters")]
      : []),
    ...(windows && textAt(profile, "adminPassword") === undefined && isKnown(profile, "adminPassword")
      ? [{ path: "osProfile.adminPassword", reason: "is missing; Windows needs one" }]
      : []),
    ...(!windows && listAt(profile, "linuxConfiguration", "ssh", "publicKeys").length === 0
      ? [
          {
            path: "osProfile.linuxConfiguration.ssh.publicKeys",
            reason: "is empty; without a password a key is needed",
          },
        ]
      : []),
    ...(new Set(luns).size < luns.length
      ? [{ path: "storageProfile.dataDisks", reason: "has a lun twice; each disk needs its own" }]
      : []),
    ...disks.flatMap((disk, index) =>
      textAt(disk, "createOption") === "Attach" && plain(at(disk, "managedDisk", "id")) === undefined
        ? [
            {
              path: `storageProfile.dataDisks[${String(index)}].managedDisk.id`,
              reason: "is missing; Attach needs a disk",
            },
          ]
        : [],
    ),
  ];
}

function isKnown(value: unknown, key: string): boolean {
  return plain(at(value, key)) === undefined;
}

function runCommandFaults({ inputs }: Requested): Mismatch[] {
  const given = ["script", "scriptUri", "commandId"].filter(
    (key) => plain(at(inputs, "source", key)) !== undefined,
  );
  return given.length === 1
    ? []
    : [
        {
          path: "source",
          reason: `has ${given.join(" and ") || "nothing"}; accepted: one of script, scriptUri and commandId`,
        },
      ];
}

/** @see https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview#security-rules */
function ruleFaults({ inputs }: Requested): Mismatch[] {
  const rules = listAt(inputs, "securityRules");
  const seen = new Set<string>();
  return rules.flatMap((rule, index) => {
    const path = `securityRules[${String(index)}]`;
    const priority = Number(plain(at(rule, "priority")));
    const name = textAt(rule, "name") ?? "";
    const keys = [
      `${textAt(rule, "direction") ?? ""} priority ${String(priority)}`,
      `name ${name.toLowerCase()}`,
    ];
    const taken = keys.find((key) => seen.has(key));
    for (const key of keys) seen.add(key);
    return [
      ...(taken === undefined
        ? []
        : [{ path, reason: `has the ${taken} of another rule; each needs its own` }]),
      ...(priority >= 100 && priority <= 4096
        ? []
        : [fault(`${path}.priority`, priority, "a number of 100 to 4096")]),
      ...(/^[A-Za-z0-9](?:[\w.-]{0,78}\w)?$/.test(name)
        ? []
        : [fault(`${path}.name`, name, "up to 80 letters, digits, underscores, full stops and hyphens")]),
      ...((textAt(rule, "description") ?? "").length <= 140
        ? []
        : [{ path: `${path}.description`, reason: "has more than 140 characters" }]),
      ...["sourceAddressPrefix", "destinationAddressPrefix", "destinationPortRange"].flatMap((one) =>
        oneOrMany(rule, path, one),
      ),
    ];
  });
}

function oneOrMany(rule: unknown, path: string, one: string): Mismatch[] {
  const many = one.endsWith("x") ? `${one}es` : `${one}s`;
  const has = [
    plain(at(rule, one)) !== undefined,
    listAt(rule, many).length > 0 || isUnlisted(rule, many),
  ].filter(Boolean);
  return has.length === 1
    ? []
    : [
        {
          path: `${path}.${one}`,
          reason: `is given ${has.length === 0 ? "neither alone nor" : "alone and"} as a list; one of the two is needed`,
        },
      ];
}

/** Given, and not known yet. */
function isUnlisted(rule: unknown, key: string): boolean {
  const value = plain(at(rule, key));
  return value !== undefined && !Array.isArray(value);
}

/** Parts of a balancer name each other by ids below its own. */
function balancerFaults({ inputs }: Requested): Mismatch[] {
  const names = (list: string): (string | undefined)[] =>
    listAt(inputs, list).map((each) => textAt(each, "name"));
  const there: Readonly<Record<string, readonly (string | undefined)[]>> = {
    frontendIPConfigurations: names("frontendIPConfigurations"),
    backendAddressPools: names("backendAddressPools"),
    probes: names("probes"),
  };
  const rules = listAt(inputs, "loadBalancingRules");
  const ports = rules.map((rule) => plain(at(rule, "frontendPort")));
  return [
    ...(new Set(ports).size < ports.length
      ? [{ path: "loadBalancingRules", reason: "has a frontendPort twice" }]
      : []),
    ...rules.flatMap((rule, index) => {
      const ids = [
        textAt(rule, "frontendIPConfiguration", "id"),
        textAt(rule, "probe", "id"),
        ...listAt(rule, "backendAddressPools").map((pool) => textAt(pool, "id")),
      ];
      return ids.flatMap((id) => {
        const [, kind = "", name] = /\/(\w+)\/([^/]+)$/.exec(id ?? "") ?? [];
        return id === undefined || there[kind]?.includes(name)
          ? []
          : [
              {
                path: `loadBalancingRules[${String(index)}]`,
                reason: `names ${kind}/${name ?? ""}, which the load balancer does not have`,
              },
            ];
      });
    }),
  ];
}

/** @see https://learn.microsoft.com/azure/virtual-machines/maintenance-configurations#guest */
function maintenanceFaults({ inputs }: Requested): Mismatch[] {
  if (textAt(inputs, "maintenanceScope") !== "InGuestPatch") return [];
  const [hours = 0, minutes = 0] = (textAt(inputs, "duration") ?? "").split(":").map(Number);
  const length = hours * 60 + minutes;
  return [
    ...(textAt(inputs, "extensionProperties", "InGuestPatchMode") === "User"
      ? []
      : [{ path: "extensionProperties.InGuestPatchMode", reason: "is missing; InGuestPatch needs User" }]),
    ...(plain(inputs["installPatches"]) === undefined
      ? [{ path: "installPatches", reason: "is missing; InGuestPatch needs it" }]
      : []),
    ...(length >= 90 && length <= 240
      ? []
      : [fault("duration", textAt(inputs, "duration"), "01:30 to 04:00")]),
  ];
}

/** @see https://learn.microsoft.com/azure/key-vault/secrets/about-secrets */
function secretFaults({ inputs }: Requested): Mismatch[] {
  const name = textAt(inputs, "secretName") ?? "";
  const size = Buffer.byteLength(textAt(inputs, "properties", "value") ?? "");
  return [
    ...(/^[A-Za-z0-9-]{1,127}$/.test(name)
      ? []
      : [fault("secretName", name, "up to 127 letters, digits and hyphens")]),
    ...(size <= 25_600
      ? []
      : [{ path: "properties.value", reason: `has ${String(size)} bytes; a secret holds 25600` }]),
  ];
}

function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = plain(at(value, ...path));
  return Array.isArray(found) ? found : [];
}

function fault(path: string, got: unknown, accepted: string): Mismatch {
  return { path, reason: `got ${JSON.stringify(isMap(got) ? "an object" : got)}; accepted: ${accepted}` };
}
