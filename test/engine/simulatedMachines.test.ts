import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keyOfNobody } from "../../components/azureMachines/profiles.ts";
import { simulatedProviders } from "../../simulation/simulatedClouds.ts";
import { region, urnOf } from "./simulatedProvider.ts";

describe("simulated clouds: what they refuse of machines", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), "vigil-simulated-"));
  const providers = new Map(simulatedProviders(folder).map((provider) => [provider.cloud.package, provider]));
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const group = { resourceGroupName: "rg" };
  const windows = {
    ...group,
    osProfile: {
      computerName: "node-1",
      adminUsername: "vigil-operator",
      adminPassword: "x",
      windowsConfiguration: {},
    },
  };
  const linux = {
    ...group,
    osProfile: {
      computerName: "edge-1",
      adminUsername: "vigil-operator",
      linuxConfiguration: { ssh: { publicKeys: [{ keyData: keyOfNobody("x") }] } },
    },
  };
  const rule = {
    name: "people",
    priority: 100,
    direction: "Inbound",
    access: "Allow",
    protocol: "Tcp",
    sourcePortRange: "*",
    sourceAddressPrefix: "10.0.0.0/8",
    destinationAddressPrefix: "*",
    destinationPortRange: "443",
  };
  const rules = (...changes: object[]): object => ({
    ...group,
    securityRules: changes.map((change) => ({ ...rule, ...change })),
  });
  const balancer = {
    ...group,
    frontendIPConfigurations: [{ name: "edge" }],
    backendAddressPools: [{ name: "edges" }],
    probes: [{ name: "edge", port: 443, protocol: "Tcp" }],
    loadBalancingRules: [{ name: "a", frontendPort: 443, protocol: "Tcp", probe: { id: "/x/probes/edge" } }],
  };
  const [forward] = balancer.loadBalancingRules;
  const nights = {
    ...group,
    maintenanceScope: "InGuestPatch",
    extensionProperties: { InGuestPatchMode: "User" },
    installPatches: {},
    duration: "03:00",
  };
  const disk = (lun: number, id?: string): object => ({
    lun,
    createOption: "Attach",
    ...(id && { managedDisk: { id } }),
  });

  /** Token, inputs that are accepted, then changes of them that are not, each with what the refusal says. */
  const rows: readonly (readonly [
    token: string,
    good: object,
    faults: readonly (readonly [object, RegExp])[],
  ])[] = [
    [
      "azure-native:compute:VirtualMachine",
      windows,
      [
        [
          { osProfile: { ...windows.osProfile, computerName: "a-name-of-17-char" } },
          /computerName got .* up to 15/,
        ],
        [
          { osProfile: { ...windows.osProfile, adminUsername: "Administrator" } },
          /adminUsername got "Administrator"/,
        ],
        [{ osProfile: { ...windows.osProfile, adminPassword: undefined } }, /adminPassword is missing/],
        [{ storageProfile: { dataDisks: [disk(0, "/d/1"), disk(0, "/d/2")] } }, /dataDisks has a lun twice/],
        [{ storageProfile: { dataDisks: [disk(0)] } }, /dataDisks\[0\]\.managedDisk\.id is missing/],
      ],
    ],
    [
      "azure-native:compute:VirtualMachine",
      linux,
      [[{ osProfile: { ...linux.osProfile, linuxConfiguration: {} } }, /publicKeys is empty/]],
    ],
    [
      "azure-native:compute:VirtualMachineRunCommandByVirtualMachine",
      { ...group, vmName: "node-1", source: { script: "echo" } },
      [
        [{ source: {} }, /source has nothing; accepted: one of script/],
        [{ source: { script: "echo", scriptUri: "https://x" } }, /source has script and scriptUri/],
        [{ vmName: undefined }, /vmName is missing/],
      ],
    ],
    [
      "azure-native:network:NetworkSecurityGroup",
      rules({}, { name: "others", priority: 101 }),
      [
        [rules({}, { name: "others" }), /has the Inbound priority 100 of another rule/],
        [rules({}, { name: "People", priority: 101 }), /has the name people of another rule/],
        [rules({ priority: 99 }), /priority got 99; accepted: a number of 100 to 4096/],
        [rules({ name: "a b" }), /name got "a b"/],
        [rules({ sourceAddressPrefix: undefined, sourceAddressPrefixes: [] }), /neither alone nor as a list/],
        [rules({ destinationPortRanges: ["1"] }), /destinationPortRange is given alone and as a list/],
      ],
    ],
    [
      "azure-native:network:LoadBalancer",
      balancer,
      [
        [{ loadBalancingRules: [forward, { ...forward, name: "b" }] }, /has a frontendPort twice/],
        [{ probes: [] }, /names probes\/edge, which the load balancer does not have/],
      ],
    ],
    [
      "azure-native:maintenance:MaintenanceConfiguration",
      nights,
      [
        [{ duration: "05:00" }, /duration got "05:00"; accepted: 01:30 to 04:00/],
        [{ extensionProperties: {} }, /InGuestPatchMode is missing/],
        [{ installPatches: undefined }, /installPatches is missing/],
      ],
    ],
    [
      "azure-native:keyvault:Secret",
      { ...group, vaultName: "kv", secretName: "step-node-1-base", properties: { value: "x" } },
      [
        [{ secretName: "step_node" }, /secretName got "step_node"/],
        [{ properties: { value: "x".repeat(25_601) } }, /value has 25601 bytes; a secret holds 25600/],
      ],
    ],
    [
      "aws:ssm/document:Document",
      { name: "vigil-x", documentType: "Command", content: "{}" },
      [
        [{ name: "aws-x" }, /name got "aws-x"/],
        [{ content: "echo" }, /content is no JSON object/],
        [{ content: JSON.stringify("x".repeat(65_536)) }, /content has 65538 bytes; a document holds 65536/],
      ],
    ],
    [
      "aws:ssm/association:Association",
      { name: "vigil-x", associationName: "node-1-base" },
      [[{ associationName: "node 1" }, /associationName got "node 1"/]],
    ],
    [
      "aws:ssm/maintenanceWindow:MaintenanceWindow",
      { schedule: "rate(7 days)", duration: 3, cutoff: 1 },
      [[{ cutoff: 3 }, /cutoff leaves no time/]],
    ],
    [
      "aws:lb/loadBalancer:LoadBalancer",
      {
        name: "vigil",
        internal: true,
        subnetMappings: [{ subnetId: "subnet-1", privateIpv4Address: "10.0.0.5" }],
      },
      [
        [{ internal: false }, /subnetMappings has a privateIpv4Address/],
        [{ name: "x".repeat(33) }, /name got "x+"; accepted: up to 32/],
      ],
    ],
    [
      "aws:ec2/instance:Instance",
      { ami: "ami-0", instanceType: "m7i.large", metadataOptions: { httpPutResponseHopLimit: 1 } },
      [
        [{ metadataOptions: { httpPutResponseHopLimit: 65 } }, /httpPutResponseHopLimit got 65/],
        [
          { userDataBase64: Buffer.alloc(16_385).toString("base64") },
          /userDataBase64 has more than 16384 bytes/,
        ],
      ],
    ],
    [
      "aws:ec2/securityGroup:SecurityGroup",
      { description: "Machines of the stack" },
      [[{ description: "The stack's machines" }, /description got "The stack's machines"/]],
    ],
  ];
  for (const [token, good, faults] of rows)
    describe(token, () => {
      it("is accepted as it should be", () => {
        deepEqual(refusals(token, good), []);
      });
      for (const [change, message] of faults)
        it(`is refused: ${message.source}`, () => {
          match(refusals(token, { ...good, ...change }).join("\n"), message);
        });
    });

  const command = "azure-native:compute:VirtualMachineRunCommandByVirtualMachine";

  it("lets a script that fails pass unnoticed where nobody asked for its failure, as Azure does", () => {
    const failing = simulatedProviders(folder, { [`${command} probe`]: "no such port" });
    const provider = failing.find((each) => each.cloud.package === "azure-native");
    const inputs = { ...group, vmName: "node-1", runCommandName: "probe", source: { script: "exit 1" } };
    const create = (more: object): string => {
      try {
        provider?.create({ urn: urnOf(command), region }, { ...inputs, ...more }, false);
        return "created";
      } catch (error) {
        return String(error);
      }
    };
    match(create({ treatFailureAsDeploymentFailure: true }), /ended with exit code 1/);
    const looked = provider?.invoke(
      "azure-native:compute:getVirtualMachineRunCommandByVirtualMachine",
      { ...group, vmName: "node-1", runCommandName: "probe", expand: "instanceView" },
      region,
    );
    equal((looked?.["instanceView"] as { error: string }).error, "no such port");
    equal(create({ runCommandName: "other" }), "created");
  });

  it("holds 25 run commands for a machine, as Azure does", () => {
    const provider = providers.get("azure-native");
    const create = (number: number): void => {
      const inputs = {
        ...group,
        vmName: "full",
        runCommandName: `n${String(number)}`,
        source: { script: "echo" },
      };
      provider?.create({ urn: urnOf(command, `n${String(number)}`), region }, inputs, false);
    };
    for (let number = 1; number <= 25; number += 1) create(number);
    throws(() => {
      create(26);
    }, /maximum number of managed Run commands \(max=25, current=25\)/);
  });

  function refusals(token: string, inputs: object): string[] {
    const provider = providers.get(token.split(":")[0] ?? "");
    ok(provider, token);
    const given = Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined));
    const { mismatches } = provider.check({ urn: urnOf(token), region }, undefined, given);
    return mismatches.map(({ path, reason }) => `${path} ${reason}`);
  }
});
