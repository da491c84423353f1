import assert from "node:assert/strict";
import { aksStack, givenSecret, reconfigure } from "./aksStack.ts";
import type { SimulatedStack, StateResource } from "./simulatedStack.ts";

// Inputs of every type of resource, which the assertions name.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Inputs = Record<string, any>;

/** Resources by the last part of their type: `storage:StorageAccount`. */
function ofType(state: readonly StateResource[], type: string): StateResource[] {
  return state.filter((resource) => resource.type === `azure-native:${type}`);
}

function named(state: readonly StateResource[], type: string, name: string): Inputs {
  const found = ofType(state, type).find(({ urn }) => urn.endsWith(`::${name}`));
  assert.ok(
    found,
    `${type} ${name} among ${ofType(state, type)
      .map(({ urn }) => urn)
      .join(" ")}`,
  );
  return found.inputs;
}

function only(state: readonly StateResource[], type: string): Inputs {
  const [found, ...others] = ofType(state, type);
  assert.ok(found && others.length === 0, `one ${type}, not ${others.length + (found ? 1 : 0)}`);
  return found.inputs;
}

/** What the roles of a service account let it do with objects, and where. */
function grantsOf(state: readonly StateResource[], account: string): { actions: string[]; scope: string }[] {
  const definitions = ofType(state, "authorization:RoleDefinition");
  return ofType(state, "authorization:RoleAssignment")
    .filter(({ urn }) => urn.split("::").at(-1)?.startsWith(`${account}.`))
    .map(({ inputs }) => {
      const own = definitions.find(({ id }) => id === inputs["roleDefinitionId"])?.inputs as
        Inputs | undefined;
      const actions: string[] = own
        ? own["permissions"].flatMap((each: Inputs) => [...each["dataActions"], ...each["actions"]])
        : [String(inputs["roleDefinitionId"]).split("/").at(-1)];
      return { actions, scope: String(inputs["scope"]) };
    });
}

describe("the Azure side of a stack that creates everything", function () {
  this.timeout(300_000);
  let stack: SimulatedStack;
  let state: readonly StateResource[];

  before(async () => {
    stack = await aksStack({ "vigil:storage": { replicateTo: "westus3" } });
    await stack.up();
    state = await stack.state();
  });

  after(() => {
    stack.remove();
  });

  it("has a cluster that only Entra ID opens, with workload identity and Cilium", () => {
    const cluster = only(state, "containerservice:ManagedCluster");
    assert.equal(cluster["disableLocalAccounts"], true);
    assert.equal(cluster["aadProfile"].enableAzureRBAC, true);
    assert.deepEqual(cluster["apiServerAccessProfile"], {
      enablePrivateCluster: true,
      enablePrivateClusterPublicFQDN: false,
      privateDNSZone: "system",
      disableRunCommand: true,
    });
    assert.equal(cluster["oidcIssuerProfile"].enabled, true);
    assert.equal(cluster["securityProfile"].workloadIdentity.enabled, true);
    const { networkPlugin, networkPluginMode, networkDataplane, networkPolicy, outboundType } =
      cluster["networkProfile"];
    assert.deepEqual(
      [networkPlugin, networkPluginMode, networkDataplane, networkPolicy, outboundType],
      ["azure", "overlay", "cilium", "cilium", "userAssignedNATGateway"],
    );
    assert.equal(cluster["sku"].tier, "Standard");
    assert.deepEqual(cluster["autoUpgradeProfile"], {
      upgradeChannel: "patch",
      nodeOSUpgradeChannel: "NodeImage",
    });
  });

  it("has two pools over three zones, encrypted at the host, of which only the system's is tainted", () => {
    const [system] = only(state, "containerservice:ManagedCluster")["agentPoolProfiles"];
    const monitoring = only(state, "containerservice:AgentPool");
    for (const pool of [system, monitoring]) {
      assert.deepEqual(pool.availabilityZones, ["1", "2", "3"]);
      assert.equal(pool.enableEncryptionAtHost, true);
      assert.equal(pool.enableAutoScaling, true);
      assert.equal(pool.osDiskType, "Ephemeral");
    }
    assert.deepEqual(system.nodeTaints, ["CriticalAddonsOnly=true:NoSchedule"]);
    assert.equal(monitoring["nodeTaints"], undefined);
    assert.deepEqual([monitoring["minCount"], monitoring["maxCount"]], [3, 6]);
  });

  it("writes down who did what to the cluster, the objects and the secrets", () => {
    const logged = ofType(state, "monitor:DiagnosticSetting").flatMap(({ inputs }) =>
      (inputs as Inputs)["logs"].map(({ category }: Inputs) => String(category)),
    );
    for (const category of ["kube-audit-admin", "guard", "StorageDelete", "AuditEvent"])
      assert.ok(logged.includes(category), category);
  });

  it("keeps objects in accounts without keys, anonymous readers or public addresses, in three buildings", () => {
    const accounts = ofType(state, "storage:StorageAccount");
    assert.equal(accounts.length, 2);
    for (const { inputs } of accounts) {
      assert.equal(inputs["minimumTlsVersion"], "TLS1_2");
      assert.equal(inputs["allowSharedKeyAccess"], false);
      assert.equal(inputs["allowBlobPublicAccess"], false);
      assert.equal(inputs["publicNetworkAccess"], "Disabled");
      assert.deepEqual(inputs["sku"], { name: "Standard_ZRS" });
      assert.equal((inputs as Inputs)["encryption"].requireInfrastructureEncryption, true);
    }
    for (const { inputs } of ofType(state, "storage:BlobServiceProperties")) {
      assert.equal(inputs["isVersioningEnabled"], true);
      assert.deepEqual(inputs["deleteRetentionPolicy"], { enabled: true, days: 30 });
      assert.deepEqual(inputs["containerDeleteRetentionPolicy"], { enabled: true, days: 30 });
    }
  });

  it("moves objects by the system's tiers, under the only name that Azure takes", () => {
    const policy = named(state, "storage:ManagementPolicy", "prod-bucket-lifecycle");
    assert.equal(policy["managementPolicyName"], "default");
    assert.deepEqual(policy["policy"].rules[0].definition.actions.baseBlob, {
      tierToCool: { daysAfterModificationGreaterThan: 35 },
      tierToCold: { daysAfterModificationGreaterThan: 125 },
      delete: { daysAfterModificationGreaterThan: 740 },
    });
  });

  it("copies every object to the account of the other region, under the number that Azure gave there", () => {
    const received = ofType(state, "storage:ObjectReplicationPolicy").find(({ urn }) =>
      urn.endsWith("-received"),
    );
    const sent = named(state, "storage:ObjectReplicationPolicy", "prod-bucket-replication-sent");
    assert.equal(sent["objectReplicationPolicyId"], received?.outputs["policyId"]);
    const regions = ofType(state, "storage:StorageAccount").map(({ inputs }) => inputs["location"]);
    assert.deepEqual(regions.sort(), ["eastus", "westus3"]);
  });

  it("protects and retains the accounts, containers, vault and the group that they are in, and nothing else", () => {
    const kept = state.filter(({ protect }) => protect === true).map(({ urn }) => urn.split("::").at(-1));
    assert.deepEqual(kept.sort(), [
      "prod-bucket",
      "prod-bucket-container",
      "prod-bucket-replica",
      "prod-bucket-replica-container",
      "prod-data",
      "prod-vault",
    ]);
    const retained = new Set(
      state.filter((each) => "retainOnDelete" in each).map(({ urn }) => urn.split("::").at(-1)),
    );
    for (const name of kept) assert.ok(retained.has(name), name);
  });

  it("lets the compactor alone delete objects, and neither store nor uploaders", () => {
    const may = (account: string): string =>
      grantsOf(state, `monitoring.${account}`)
        .flatMap(({ actions }) => actions)
        .join(" ");
    assert.match(may("thanos-compactor"), /blobs\/delete/);
    assert.match(may("thanos-receive"), /blobs\/write/);
    assert.doesNotMatch(may("thanos-receive"), /delete|\*/);
    // Storage Blob Data Reader, and nothing beside it.
    assert.equal(may("thanos-store"), "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1");
    assert.doesNotMatch(may("prometheus"), /blobs|delete|write|\*/);
  });

  it("grants each access where it is needed and nowhere wider", () => {
    const scopes = (account: string): string[] => grantsOf(state, account).map(({ scope }) => scope);
    for (const account of ["thanos-compactor", "thanos-receive", "thanos-store"])
      for (const scope of scopes(`monitoring.${account}`))
        assert.match(
          scope,
          /\/storageAccounts\/stprod\w+\/blobServices\/default\/containers\/thanos-metrics$/,
        );
    assert.match(scopes("monitoring.prometheus").join(), /\/resourceGroups\/rg-oversight-prod-saas-eastus$/);
    assert.match(scopes("external-secrets.external-secrets").join(), /\/vaults\/kv-prod-\w+$/);
    for (const { inputs } of ofType(state, "authorization:RoleAssignment"))
      assert.match(String(inputs["principalType"]), /^(?:ServicePrincipal|Group)$/);
  });

  it("lets the cluster keep its volumes' disks in the group that outlives it, and do nothing else there", () => {
    const grant = named(state, "authorization:RoleAssignment", "prod-cluster-disks");
    assert.match(String(grant["scope"]), /\/resourceGroups\/rg-vigil-prod-data$/);
    const identity = ofType(state, "managedidentity:UserAssignedIdentity").find(({ urn }) =>
      urn.endsWith("::prod-cluster-identity"),
    );
    assert.equal(grant["principalId"], identity?.outputs["principalId"]);
    const role = ofType(state, "authorization:RoleDefinition").find(
      ({ id }) => id === grant["roleDefinitionId"],
    )?.inputs as Inputs;
    const actions: string[] = role["permissions"][0].actions;
    assert.ok(actions.includes("Microsoft.Compute/disks/write"));
    assert.ok(actions.every((action) => /disks\/|resourceGroups\/read$/.test(action)));
    const cluster = ofType(state, "containerservice:ManagedCluster")[0];
    assert.ok(cluster?.dependencies?.some((urn) => urn.endsWith("::prod-cluster-disks")));
  });

  it("trusts the tokens of each service account for its own identity", () => {
    const cluster = ofType(state, "containerservice:ManagedCluster")[0]?.outputs as Inputs;
    const federated = ofType(state, "managedidentity:FederatedIdentityCredential");
    assert.equal(federated.length, 5);
    for (const { urn, inputs } of federated) {
      const [namespace, account] = (urn.split("::").at(-1) ?? "").split(".");
      assert.equal(inputs["subject"], `system:serviceaccount:${namespace ?? ""}:${account ?? ""}`);
      assert.equal(inputs["issuer"], cluster["oidcIssuerProfile"].issuerURL);
      assert.deepEqual(inputs["audiences"], ["api://AzureADTokenExchange"]);
    }
    assert.equal(new Set(federated.map(({ inputs }) => inputs["resourceName"])).size, 5);
  });

  it("annotates each of those accounts with the client id of its identity", () => {
    const { annotations } = (state.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ??
      {}) as Inputs;
    const clientIds = ofType(state, "managedidentity:UserAssignedIdentity").map(
      ({ outputs }) => outputs["clientId"],
    );
    const annotated = Object.values<Record<string, string>>(annotations).map(
      (each) => each["azure.workload.identity/client-id"],
    );
    assert.equal(annotated.length, 5);
    for (const id of annotated) assert.ok(clientIds.includes(id));
  });

  it("puts every secret of the system into the vault, which has roles, no public address and no early purge", () => {
    const { properties } = only(state, "keyvault:Vault");
    assert.equal(properties.enableRbacAuthorization, true);
    assert.equal(properties.enablePurgeProtection, true);
    assert.equal(properties.softDeleteRetentionInDays, 90);
    assert.equal(properties.publicNetworkAccess, "Disabled");
    const secrets = ofType(state, "keyvault:Secret");
    assert.equal(secrets.length, 8);
    for (const { inputs } of secrets) {
      const { value } = (inputs as Inputs)["properties"];
      assert.ok(value === givenSecret || String(value).length >= 40, String(inputs["secretName"]));
    }
  });

  it("makes a cookie secret that oauth2-proxy reads as 32 bytes", () => {
    const { properties } = named(state, "keyvault:Secret", "oauth2-cookie-secret");
    const text = String(properties.value);
    assert.match(text, /^[A-Za-z0-9_-]+=*$/);
    assert.equal(Buffer.from(text, "base64url").length, 32);
  });

  it("has no secret in plain text in its state, the kubeconfig included", async () => {
    const stored = (await stack.export()).stdout;
    const values = [
      givenSecret,
      ...ofType(state, "keyvault:Secret").map(({ inputs }) => String((inputs as Inputs)["properties"].value)),
      String(state.find(({ type }) => type === "pulumi:providers:kubernetes")?.inputs["kubeconfig"]).slice(
        0,
        80,
      ),
    ];
    for (const value of values) {
      assert.ok(value.length > 20);
      assert.ok(!stored.includes(value) && !stored.includes(JSON.stringify(value).slice(1, -1)));
    }
  });

  it("changes nothing in a second run", async () => {
    const { stdout } = await stack.up();
    assert.match(stdout, /\d+ unchanged/);
    assert.doesNotMatch(stdout, /\d+ (?:created|updated|replaced|deleted)/);
  });

  it("updates the cluster and its pool to another version, and replaces neither", async () => {
    reconfigure(stack, {
      "vigil:storage": { replicateTo: "westus3" },
      "vigil:cluster": { administrators: ["33333333-3333-4333-8333-333333333333"], version: "1.35" },
    });
    const { stdout } = await stack.up();
    assert.match(stdout, /~ 2 updated/);
    assert.doesNotMatch(stdout, /replaced|deleted/);
    const after = await stack.state();
    const cluster = only(after, "containerservice:ManagedCluster");
    assert.equal(cluster["kubernetesVersion"], "1.35");
    assert.equal(cluster["agentPoolProfiles"][0].orchestratorVersion, "1.35");
    assert.equal(only(after, "containerservice:AgentPool")["orchestratorVersion"], "1.35");
  });

  it("gives another kind of machine a pool of its own before the old one goes", async () => {
    reconfigure(stack, {
      "vigil:storage": { replicateTo: "westus3" },
      "vigil:cluster": {
        administrators: ["33333333-3333-4333-8333-333333333333"],
        version: "1.35",
        nodes: { size: "Standard_E4ds_v5", min: 3, max: 6 },
      },
    });
    const { stdout } = await stack.up();
    const [made, gone] = ["created replacement", "deleted original"].map((step) => stdout.indexOf(step));
    assert.ok(made !== undefined && gone !== undefined && made >= 0 && made < gone, stdout);
    assert.doesNotMatch(stdout, /ManagedCluster .* replac/);
  });

  it("leaves accounts, containers, their settings and the vault behind when it is destroyed", async () => {
    const { code, stdout } = await stack.destroy("--exclude-protected");
    assert.equal(code, 0, stdout);
    const left = (await stack.state()).filter(({ protect }) => protect === true);
    assert.deepEqual(left.map(({ type }) => type.replace("azure-native:", "")).sort(), [
      "keyvault:Vault",
      "resources:ResourceGroup",
      "storage:BlobContainer",
      "storage:BlobContainer",
      "storage:StorageAccount",
      "storage:StorageAccount",
    ]);
  });
});

describe("the Azure side of a stack that finds its cluster", function () {
  this.timeout(300_000);
  const cluster = { mode: "existing", name: "aks-shared", resourceGroup: "rg-shared" };
  let stack: SimulatedStack;

  before(async () => {
    stack = await aksStack(
      {
        "vigil:cluster": cluster,
        "vigil:storage": { mode: "existing", account: "stshared", resourceGroup: "rg-shared" },
      },
      ["kubeconfig", "deadmans-switch-url"],
    );
    await stack.up();
  });

  after(() => {
    stack.remove();
  });

  it("creates nothing of the cluster, its network or the account", async () => {
    const types = new Set((await stack.state()).map(({ type }) => type));
    for (const type of types)
      assert.doesNotMatch(type, /^azure-native:(?:containerservice|network|privatedns|storage):/);
  });

  it("uses the kubeconfig that it is given, for that cluster", async () => {
    const provider = (await stack.state()).find(({ type }) => type === "pulumi:providers:kubernetes");
    assert.equal(provider?.inputs["kubeconfig"], givenSecret);
    assert.match(
      String(provider.inputs["clusterIdentifier"]),
      /\/resourceGroups\/rg-shared\/providers\/Microsoft\.ContainerService\/managedClusters\/aks-shared$/,
    );
  });

  it("puts an optional secret that is given into the vault too, but not the kubeconfig", async () => {
    const stored = ofType(await stack.state(), "keyvault:Secret").map(({ inputs }) => inputs["secretName"]);
    assert.ok(stored.includes("deadmans-switch-url"));
    assert.ok(!stored.includes("kubeconfig"));
  });

  it("trusts that cluster's tokens, and reaches that account's container", async () => {
    const state = await stack.state();
    for (const { inputs } of ofType(state, "managedidentity:FederatedIdentityCredential"))
      assert.match(String(inputs["issuer"]), /^https:\/\//);
    assert.match(
      grantsOf(state, "monitoring.thanos-store")
        .map(({ scope }) => scope)
        .join(),
      /\/rg-shared\/.*\/stshared\/blobServices\/default\/containers\/thanos-metrics$/,
    );
  });

  it("can have a bucket of its own, which identities alone open", async () => {
    reconfigure(stack, { "vigil:cluster": cluster });
    await stack.up();
    const state = await stack.state();
    const account = only(state, "storage:StorageAccount");
    assert.equal(account["publicNetworkAccess"], "Enabled");
    assert.equal(account["allowSharedKeyAccess"], false);
    assert.deepEqual(ofType(state, "network:PrivateEndpoint"), []);
    assert.deepEqual(ofType(state, "containerservice:ManagedCluster"), []);
  });
});

describe("the Azure side of a stack that finds its bucket", function () {
  this.timeout(300_000);

  it("creates the cluster and leaves the account as it is", async () => {
    const stack = await aksStack({
      "vigil:cluster": {
        administrators: ["33333333-3333-4333-8333-333333333333"],
        private: false,
        authorizedRanges: ["203.0.113.0/24"],
      },
      "vigil:storage": { mode: "existing", account: "stshared", resourceGroup: "rg-shared" },
    });
    try {
      await stack.up();
      const state = await stack.state();
      assert.deepEqual(
        state.filter(({ type }) => type.startsWith("azure-native:storage:")),
        [],
      );
      const { authorizedIPRanges, enablePrivateCluster } = only(state, "containerservice:ManagedCluster")[
        "apiServerAccessProfile"
      ];
      assert.equal(enablePrivateCluster, false);
      // The nodes come to a public API server as everybody else does.
      const [address] = ofType(state, "network:PublicIPAddress").map(({ outputs }) =>
        String(outputs["ipAddress"]),
      );
      assert.deepEqual(authorizedIPRanges, ["203.0.113.0/24", `${address ?? ""}/32`]);
    } finally {
      stack.remove();
    }
  });
});
