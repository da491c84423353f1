import assert from "node:assert/strict";
import {
  changed,
  firstRuns,
  givenSecret,
  machinesStack,
  named,
  nameOf,
  ofType,
  replan,
  unpacked,
  type FirstRuns,
  type Inputs,
} from "./machinesStack.ts";
import type { SimulatedStack, StateResource } from "./simulatedStack.ts";

const command = "compute:VirtualMachineRunCommandByVirtualMachine";
const nodes = ["node-1", "node-2"];
const all = [...nodes, "edge-1", "edge-2", "history-1"];

const plan = { history: true, bastion: true };
const changedPlan = { ...plan, port: 9099, secret: "Another-Horse" };

describe("machines in Azure", function () {
  this.timeout(300_000);
  let stack: SimulatedStack;
  let state: readonly StateResource[];
  const inputs = (type: string, name: string): Inputs => named(state, type, name).inputs;
  const steps = (): StateResource[] => ofType(state, command);

  let first: FirstRuns;

  before(async () => {
    stack = await machinesStack("azure", plan);
    first = await firstRuns(stack, `azure-native:${command}`);
    state = await stack.state();
  });

  after(() => {
    stack.remove();
  });

  it("lays the members of a pair into different zones, at the addresses that the plan gave them", () => {
    const zones = all.map((name) => inputs("compute:VirtualMachine", name)["zones"]);
    assert.deepEqual(zones, [["1"], ["2"], ["1"], ["2"], ["1"]]);
    const addresses = all.map((name) => {
      const [card] = inputs("network:NetworkInterface", name)["ipConfigurations"] as Inputs[];
      assert.equal(card?.["privateIPAllocationMethod"], "Static");
      return card["privateIPAddress"] as string;
    });
    assert.deepEqual(addresses, ["10.40.0.10", "10.40.4.10", "10.40.0.20", "10.40.4.20", "10.40.0.30"]);
  });

  it("gives no machine a public address: there are the NAT gateway's, by which they go out, and the Bastion's", () => {
    for (const name of all)
      assert.doesNotMatch(JSON.stringify(inputs("network:NetworkInterface", name)), /publicIP/);
    const addresses = ofType(state, "network:PublicIPAddress");
    assert.deepEqual(addresses.map(nameOf).sort(), ["trade-bastion-address", "trade-network-outbound"]);
    const outbound = named(state, "network:PublicIPAddress", "trade-network-outbound");
    const [gateway] = ofType(state, "network:NatGateway");
    assert.deepEqual(gateway?.inputs["publicIpAddresses"], [{ id: outbound.id }]);
    for (const zone of ["zone-1", "zone-2"]) {
      const subnet = inputs("network:Subnet", `trade-network-${zone}`);
      assert.equal(subnet["natGateway"].id, gateway.id);
      assert.equal(subnet["defaultOutboundAccess"], false);
    }
  });

  it("boots what is verified and encrypts down to the host, as an identity of the machine's own", () => {
    const identities = all.map((name) => {
      const { securityProfile, identity, diagnosticsProfile } = inputs("compute:VirtualMachine", name);
      assert.deepEqual(securityProfile, {
        encryptionAtHost: true,
        securityType: "TrustedLaunch",
        uefiSettings: { secureBootEnabled: true, vTpmEnabled: true },
      });
      assert.deepEqual(diagnosticsProfile, { bootDiagnostics: { enabled: true } });
      assert.equal(identity.type, "UserAssigned");
      return String(identity.userAssignedIdentities);
    });
    assert.equal(new Set(identities).size, all.length);
  });

  it("runs Windows Server on nodes and Ubuntu elsewhere, without a password of anybody's on Linux", () => {
    for (const name of all) {
      const { osProfile, storageProfile } = inputs("compute:VirtualMachine", name);
      const windows = nodes.includes(name);
      assert.equal(osProfile.computerName, name);
      assert.match(
        storageProfile.imageReference.sku,
        windows ? /^2022-datacenter-azure-edition$/ : /^server$/,
      );
      if (windows) continue;
      assert.equal(osProfile.adminPassword, undefined);
      assert.equal(osProfile.linuxConfiguration.disablePasswordAuthentication, true);
      assert.equal(Buffer.from(osProfile.customData, "base64").toString(), "#cloud-config\n");
    }
  });

  it("keeps the administrator's random password in the vault", () => {
    for (const name of nodes) {
      const { adminPassword } = inputs("compute:VirtualMachine", name)["osProfile"];
      assert.ok(String(adminPassword).length >= 32);
      assert.equal(inputs("keyvault:Secret", `administrator-${name}`)["properties"].value, adminPassword);
    }
    const passwords = nodes.map(
      (name) => inputs("compute:VirtualMachine", name)["osProfile"].adminPassword as string,
    );
    assert.notEqual(passwords[0], passwords[1]);
  });

  it("attaches a premium data disk of the machine's zone, which outlives it and nobody copies", () => {
    for (const name of [...nodes, "history-1"]) {
      const disk = named(state, "compute:Disk", `${name}-data`);
      const { diskSizeGB, sku, zones, networkAccessPolicy, resourceGroupName } = disk.inputs as Inputs;
      assert.equal(diskSizeGB, name === "history-1" ? 100 : 64);
      assert.equal(sku.name, "Premium_LRS");
      assert.deepEqual(zones, inputs("compute:VirtualMachine", name)["zones"]);
      assert.equal(networkAccessPolicy, "DenyAll");
      assert.match(resourceGroupName, /-data$/);
      assert.ok(disk.protect === true && "retainOnDelete" in disk);
      const { dataDisks, osDisk } = inputs("compute:VirtualMachine", name)["storageProfile"];
      assert.equal(dataDisks[0].managedDisk.id, disk.id);
      assert.equal(dataDisks[0].deleteOption, "Detach");
      assert.equal(osDisk.managedDisk.storageAccountType, "Premium_LRS");
    }
    assert.deepEqual(inputs("compute:VirtualMachine", "edge-1")["storageProfile"].dataDisks, []);
  });

  it("admits exactly the plan's flows, from their peers to their machine and port, and refuses everything else", () => {
    const rules = inputs("network:NetworkSecurityGroup", "trade-network-machines")[
      "securityRules"
    ] as Inputs[];
    const shown = rules.map(
      (rule) =>
        `${rule["access"]} ${rule["protocol"]} ${[rule["sourceAddressPrefixes"] ?? rule["sourceAddressPrefix"]].flat().join(",")} → ${rule["destinationAddressPrefix"]}:${rule["destinationPortRange"] ?? (rule["destinationPortRanges"] as string[]).join(",")}`,
    );
    assert.deepEqual(shown, [
      "Allow Tcp 10.40.0.20,10.40.4.20 → 10.40.0.10:9090",
      "Allow Tcp 10.40.0.20,10.40.4.20 → 10.40.4.10:9090",
      "Allow Tcp 198.51.100.7/32,203.0.113.0/24 → 10.40.0.20:8443",
      "Allow Tcp 198.51.100.7/32,203.0.113.0/24 → 10.40.0.20:8445",
      "Allow Tcp 198.51.100.7/32,203.0.113.0/24 → 10.40.4.20:8443",
      "Allow Tcp 198.51.100.7/32,203.0.113.0/24 → 10.40.4.20:8445",
      "Allow Tcp AzureLoadBalancer → 10.40.0.20:8443",
      "Allow Tcp AzureLoadBalancer → 10.40.4.20:8443",
      "Allow Tcp 10.40.10.0/23 → 10.40.0.10:3389",
      "Allow Tcp 10.40.10.0/23 → 10.40.4.10:3389",
      "Deny * * → *:*",
    ]);
    assert.ok(rules.every(({ direction }) => direction === "Inbound"));
    assert.equal(rules.at(-1)?.["priority"], Math.max(...rules.map(({ priority }) => Number(priority))));
    for (const zone of ["zone-1", "zone-2"])
      assert.equal(
        inputs("network:Subnet", `trade-network-${zone}`)["networkSecurityGroup"].id,
        named(state, "network:NetworkSecurityGroup", "trade-network-machines").id,
      );
  });

  it("stands before the edges with one private address in all zones, which asks whether they are well", () => {
    const { sku, frontendIPConfigurations, loadBalancingRules, probes } = inputs(
      "network:LoadBalancer",
      "trade-balancer",
    );
    assert.equal(sku.name, "Standard");
    assert.deepEqual(frontendIPConfigurations[0].zones, ["1", "2", "3"]);
    assert.equal(frontendIPConfigurations[0].privateIPAddress, "10.40.0.5");
    assert.equal(frontendIPConfigurations[0].publicIPAddress, undefined);
    assert.deepEqual(
      (loadBalancingRules as Inputs[]).map(({ frontendPort, backendPort }) => [frontendPort, backendPort]),
      [
        [8443, 8443],
        [8445, 8445],
      ],
    );
    assert.deepEqual([probes[0].protocol, probes[0].port], ["Tcp", 8443]);
    for (const rule of loadBalancingRules as Inputs[]) assert.match(rule["probe"].id, /\/probes\/edge$/);
    for (const name of all) {
      const pools = inputs("network:NetworkInterface", name)["ipConfigurations"][0]
        .loadBalancerBackendAddressPools as Inputs[];
      assert.equal(pools.length, name.startsWith("edge") ? 1 : 0, name);
    }
  });

  it("patches and restarts the zones in nights of their own, and at no other time", () => {
    const nights = ofType(state, "maintenance:MaintenanceConfiguration").map((each) => each.inputs as Inputs);
    assert.equal(new Set(nights.map(({ recurEvery }) => String(recurEvery))).size, 2);
    for (const night of nights) {
      assert.equal(night["maintenanceScope"], "InGuestPatch");
      assert.equal(night["installPatches"].rebootSetting, "IfRequired");
    }
    for (const name of all) {
      const { windowsConfiguration, linuxConfiguration } = inputs("compute:VirtualMachine", name)[
        "osProfile"
      ];
      const { patchMode, automaticByPlatformSettings } = (windowsConfiguration ?? linuxConfiguration)
        .patchSettings;
      assert.equal(patchMode, "AutomaticByPlatform");
      assert.equal(automaticByPlatformSettings.bypassPlatformSafetyChecksOnUserSchedule, true);
      const zone = String(inputs("compute:VirtualMachine", name)["zones"][0]);
      const assigned = inputs("maintenance:ConfigurationAssignment", `${name}-patches`);
      assert.equal(assigned["resourceName"], name);
      assert.match(assigned["maintenanceConfigurationId"], new RegExp(`zone-${zone}$`));
    }
  });

  it("carries each step by a Run Command of its own that fails with its script, in the plan's order", () => {
    assert.equal(steps().length, 5 + 5 + 3 + 4);
    for (const step of steps()) {
      assert.equal(step.inputs["treatFailureAsDeploymentFailure"], true);
      assert.equal(step.inputs["asyncExecution"], false);
      assert.equal(step.inputs["timeoutInSeconds"], 1800);
      assert.equal(step.inputs["vmName"], /^[a-z]+-\d/.exec(nameOf(step))?.[0]);
    }
    const waits = (name: string): string[] =>
      (named(state, command, name).dependencies ?? []).map((urn) => urn.split("::").at(-1) ?? "");
    assert.ok(waits("node-1-sweep").includes("node-1-disk"));
    assert.ok(waits("node-1-base").includes("node-1-sweep"));
    assert.ok(waits("node-2-prometheus").includes("node-1-prometheus"));
    assert.ok(waits("edge-2-haproxy").includes("edge-1-haproxy"));
  });

  it("carries scripts that unpack to the step, with its removal and the address of its values", () => {
    const [removal, installation] = unpacked(String(inputs(command, "node-1-prometheus")["source"].script));
    assert.equal(removal, "echo no prometheus");
    assert.match(installation ?? "", /function Get-VigilValues/);
    assert.match(installation ?? "", /echo prometheus 9090$/);
    const { secretUriWithVersion } = named(state, "keyvault:Secret", "step-node-1-prometheus").outputs[
      "properties"
    ] as Inputs;
    assert.ok(installation?.includes(String(secretUriWithVersion)));
  });

  it("hands values over by the vault, where each is for one machine to read", () => {
    for (const name of nodes) {
      const { value } = inputs("keyvault:Secret", `step-${name}-prometheus`)["properties"];
      assert.equal(value, `secret:password=${Buffer.from(givenSecret).toString("base64")}`);
      const right = inputs("authorization:RoleAssignment", `step-${name}-prometheus`);
      assert.match(right["scope"], new RegExp(`/vaults/kv-[^/]+/secrets/step-${name}-prometheus$`));
      assert.match(right["roleDefinitionId"], /4633458b-17de-408a-b874-0445c86b69e6$/);
      assert.equal(
        right["principalId"],
        named(state, "managedidentity:UserAssignedIdentity", name).outputs["principalId"],
      );
    }
    assert.equal(inputs("keyvault:Vault", "trade-vault")["properties"].publicNetworkAccess, "Disabled");
  });

  it("lets sidecars upload, and the machine with history delete too, in one container", () => {
    const rights = ofType(state, "authorization:RoleAssignment").filter((each) =>
      nameOf(each).includes("bucket"),
    );
    assert.deepEqual(rights.map(nameOf).sort(), [
      "history-1-bucket-delete",
      "node-1-bucket-write",
      "node-2-bucket-write",
    ]);
    for (const right of rights) assert.match(String(right.inputs["scope"]), /\/containers\/thanos-metrics$/);
    const written = JSON.stringify(
      inputs("authorization:RoleDefinition", "role-bucket-write")["permissions"],
    );
    assert.doesNotMatch(written, /delete/);
  });

  it("has no secret in plain text in its state or its scripts", async () => {
    const stored = (await stack.export()).stdout;
    const { adminPassword } = inputs("compute:VirtualMachine", "node-1")["osProfile"];
    const line = Buffer.from(givenSecret).toString("base64");
    for (const secret of [givenSecret, line, String(adminPassword)]) assert.ok(!stored.includes(secret));
    for (const step of steps())
      for (const text of unpacked(String((step.inputs as Inputs)["source"].script)))
        assert.ok(!text.includes(givenSecret) && !text.includes(line));
  });

  it("stops what comes after a step that fails, and says step, machine and the script's own words", () => {
    assert.notEqual(first.failed.code, 0);
    assert.match(
      first.failed.stdout,
      /step node-1-prometheus failed on node-1: Start-Service : the port 9090 is in use/,
    );
    assert.ok(first.failed.made.includes("node-2-base"));
    assert.ok(
      !first.failed.made.includes("node-2-prometheus") && !first.failed.made.includes("edge-1-haproxy"),
    );
  });

  it("runs the step again in the next run, as a command of another name, since Azure runs none twice", () => {
    assert.deepEqual(changed(first.mended, "created replacement"), ["node-1-prometheus"]);
    assert.match(
      String(inputs(command, "node-1-prometheus")["runCommandName"]),
      /^node-1-prometheus[0-9a-f]+$/,
    );
    const made = steps().map(nameOf);
    assert.ok(made.includes("node-2-prometheus") && made.includes("edge-2-haproxy"));
  });

  it("lets people reach the desktop of a Windows machine through the Bastion alone", () => {
    assert.equal(ofType(state, "network:BastionHost").length, 1);
    const rules = inputs("network:NetworkSecurityGroup", "trade-network-machines")[
      "securityRules"
    ] as Inputs[];
    const desktop = rules.filter((rule) => rule["destinationPortRange"] === "3389");
    assert.deepEqual(
      desktop.map((rule) => [rule["sourceAddressPrefix"], rule["destinationAddressPrefix"]]),
      [
        ["10.40.10.0/23", "10.40.0.10"],
        ["10.40.10.0/23", "10.40.4.10"],
      ],
    );
  });

  it("changes nothing in a second run", async () => {
    const { stdout } = await stack.up();
    assert.match(stdout, /\d+ unchanged/);
    assert.doesNotMatch(stdout, /\d+ (?:created|updated|replaced|deleted)/);
  });

  it("touches with one port and one value their rules and the steps that have them, and with another image nothing", async () => {
    const image = "MicrosoftWindowsServer:WindowsServer:2025-datacenter-azure-edition:26100.4946.250810";
    const first = { image, cloudInit: "#cloud-config\npackages: [jq]\n" };
    replan(stack, { ...changedPlan, ...first, services: ["prometheus", "pushgateway"] });
    const { stdout } = await stack.up();
    const values = nodes.map((name) => `step-${name}-prometheus`);
    assert.deepEqual(changed(stdout, "updated"), [...values, "trade-network-machines"].sort());
    const again = nodes.flatMap((name) => [`${name}-prometheus`, `${name}-sweep`]);
    assert.deepEqual(changed(stdout, "created replacement"), again.sort());
    const made = nodes.flatMap((name) => [`${name}-pushgateway`, `step-${name}-pushgateway`]);
    assert.deepEqual(changed(stdout, "created"), [...again, ...made].sort());
  });

  it("has the removal of a step that is gone run by the machine's sweep", async () => {
    replan(stack, changedPlan);
    const { stdout } = await stack.up();
    assert.deepEqual(changed(stdout, "created replacement"), ["node-1-sweep", "node-2-sweep"]);
    assert.deepEqual(changed(stdout, "updated"), []);
    state = await stack.state();
    const [sweep] = unpacked(String(inputs(command, "node-1-sweep")["source"].script)).slice(-1);
    assert.match(sweep ?? "", /\$wanted = @\('node-1-base', 'node-1-prometheus'\)/);
  });

  it("runs every step again on a machine that took another's place, which finds its data disk", async () => {
    const { urn, id } = named(state, "compute:VirtualMachine", "node-2");
    await stack.up("--target-replace", urn, "--target-dependents");
    const after = await stack.state();
    const made = (from: readonly StateResource[], name: string): unknown =>
      (named(from, command, name) as { created?: string }).created;
    for (const step of ["disk", "sweep", "base", "prometheus"])
      assert.notEqual(made(after, `node-2-${step}`), made(state, `node-2-${step}`), step);
    assert.equal(made(after, "node-1-prometheus"), made(state, "node-1-prometheus"));
    assert.equal(named(after, "compute:VirtualMachine", "node-2").id, id);
    assert.equal(
      named(after, "compute:Disk", "node-2-data").id,
      named(state, "compute:Disk", "node-2-data").id,
    );
  });

  it("leaves the data when it is destroyed, and nothing that runs", async () => {
    const { code, stdout } = await stack.destroy("--exclude-protected");
    assert.equal(code, 0, stdout);
    const left = (await stack.state()).filter(({ protect }) => protect === true);
    assert.deepEqual(left.map(nameOf).sort(), [
      "history-1-data",
      "node-1-data",
      "node-2-data",
      "trade-bucket",
      "trade-bucket-container",
      "trade-data",
      "trade-vault",
    ]);
  });
});
