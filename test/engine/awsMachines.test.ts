import assert from "node:assert/strict";
import { actionsOf, statementsOf } from "./eksProgram.ts";
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

const association = "ssm/association:Association";
const nodes = ["node-1", "node-2"];
const all = [...nodes, "edge-1", "edge-2", "history-1"];

describe("machines on EC2", function () {
  this.timeout(300_000);
  let stack: SimulatedStack;
  let state: readonly StateResource[];
  const inputs = (type: string, name: string): Inputs => named(state, type, name).inputs;
  const instance = (name: string): Inputs => inputs("ec2/instance:Instance", name);
  const steps = (): StateResource[] => ofType(state, association);
  const scriptOf = (name: string): string => {
    const { mainSteps } = JSON.parse(String(inputs("ssm/document:Document", name)["content"])) as Inputs;
    return (mainSteps[0].inputs.runCommand as string[]).join("\n");
  };

  let first: FirstRuns;

  before(async () => {
    stack = await machinesStack("aws", { history: true });
    first = await firstRuns(stack, `aws:${association}`);
    state = await stack.state();
  });

  after(() => {
    stack.remove();
  });

  it("lays the members of a pair into private subnets of different zones, at the addresses that the plan gave them", () => {
    const zones = all.map((name) => {
      const subnet = ofType(state, "ec2/subnet:Subnet").find(({ id }) => id === instance(name)["subnetId"]);
      assert.match(nameOf(subnet as StateResource), /private/);
      assert.equal(subnet?.inputs["mapPublicIpOnLaunch"], false);
      return subnet.inputs["availabilityZone"];
    });
    assert.deepEqual(zones, ["us-east-1a", "us-east-1b", "us-east-1a", "us-east-1b", "us-east-1a"]);
    assert.deepEqual(
      all.map((name) => String(instance(name)["privateIp"])),
      ["10.40.0.10", "10.40.4.10", "10.40.0.20", "10.40.4.20", "10.40.0.30"],
    );
  });

  it("has no key pair, no public address, and metadata for the machine alone", () => {
    for (const name of all) {
      const { keyName, associatePublicIpAddress, metadataOptions } = instance(name);
      assert.equal(keyName, undefined);
      assert.equal(associatePublicIpAddress, false);
      assert.equal(metadataOptions.httpTokens, "required");
      assert.equal(metadataOptions.httpPutResponseHopLimit, 1);
    }
    const addresses = ofType(state, "ec2/eip:Eip").map(nameOf);
    assert.deepEqual(addresses.sort(), ["trade-network-nat-1", "trade-network-nat-2"]);
  });

  it("is watched closely, and ended by the stack alone", () => {
    for (const name of all) {
      assert.equal(instance(name)["monitoring"], true);
      assert.equal(instance(name)["disableApiTermination"], true);
    }
  });

  it("encrypts every disk with the stack's key, which is rotated", () => {
    const key = named(state, "kms/key:Key", "trade-key");
    assert.equal(key.inputs["enableKeyRotation"], true);
    for (const name of all) {
      const { encrypted, kmsKeyId } = instance(name)["rootBlockDevice"];
      assert.deepEqual([encrypted, kmsKeyId], [true, key.outputs["arn"]]);
    }
    for (const volume of ofType(state, "ebs/volume:Volume")) {
      assert.deepEqual([volume.inputs["encrypted"], volume.inputs["kmsKeyId"]], [true, key.outputs["arn"]]);
      assert.ok(volume.protect === true && "retainOnDelete" in volume);
    }
    const sizes = ofType(state, "ebs/volume:Volume").map((each) => [nameOf(each), each.inputs["size"]]);
    assert.deepEqual(sizes.sort(), [
      ["history-1-data", 100],
      ["node-1-data", 64],
      ["node-2-data", 64],
    ]);
    for (const name of [...nodes, "history-1"]) {
      const { volumeId, instanceId } = inputs("ec2/volumeAttachment:VolumeAttachment", `${name}-data`);
      const volume = named(state, "ebs/volume:Volume", `${name}-data`);
      assert.deepEqual([volumeId, instanceId], [volume.id, named(state, "ec2/instance:Instance", name).id]);
    }
  });

  it("admits exactly the plan's flows, from their peers and by way of the load balancer, and nothing from the internet", () => {
    const group = (id: unknown): string =>
      nameOf(
        ofType(state, "ec2/securityGroup:SecurityGroup").find((each) => each.id === id) as StateResource,
      ).replace("trade-groups-", "");
    const rules = ofType(state, "vpc/securityGroupIngressRule:SecurityGroupIngressRule")
      .map(({ inputs: rule }) => rule as Inputs)
      .map(({ securityGroupId, cidrIpv4, referencedSecurityGroupId, fromPort, toPort, ipProtocol }) => {
        assert.equal(fromPort, toPort);
        assert.equal(ipProtocol, "tcp");
        return `${(cidrIpv4 as string | undefined) ?? group(referencedSecurityGroupId)} → ${group(securityGroupId)}:${fromPort as number}`;
      });
    const people = ["198.51.100.7/32", "203.0.113.0/24"];
    const doors = [8443, 8445];
    const edges = ["edge-1", "edge-2"];
    assert.deepEqual(
      rules.sort(),
      [
        ...nodes.flatMap((to) => edges.map((from) => `${from} → ${to}:9090`)),
        ...[...edges, "balancer"].flatMap((to) =>
          people.flatMap((from) => doors.map((port) => `${from} → ${to}:${String(port)}`)),
        ),
        ...edges.flatMap((to) => doors.map((port) => `balancer → ${to}:${String(port)}`)),
        "10.40.0.0/20 → trade-endpoints:443",
      ].sort(),
    );
    for (const name of all)
      assert.deepEqual((instance(name)["vpcSecurityGroupIds"] as string[]).map(group), [name]);
  });

  it("passes TLS through an internal load balancer with an address in each zone, to the edges that are well", () => {
    const balancer = inputs("lb/loadBalancer:LoadBalancer", "trade-balancer");
    assert.deepEqual(
      [balancer["loadBalancerType"], balancer["internal"], balancer["enableCrossZoneLoadBalancing"]],
      ["network", true, true],
    );
    const addresses = (balancer["subnetMappings"] as Inputs[]).map((each) =>
      String(each["privateIpv4Address"]),
    );
    assert.deepEqual(addresses, ["10.40.0.5", "10.40.4.5"]);
    for (const port of [8443, 8445]) {
      const listener = inputs("lb/listener:Listener", `trade-balancer-${String(port)}`);
      assert.deepEqual(
        [listener["protocol"], listener["port"], listener["certificateArn"]],
        ["TCP", port, undefined],
      );
      const { healthCheck, preserveClientIp } = inputs(
        "lb/targetGroup:TargetGroup",
        `trade-balancer-${String(port)}`,
      );
      assert.deepEqual([healthCheck.enabled, healthCheck.protocol, preserveClientIp], [true, "TCP", "true"]);
      const targets = ofType(state, "lb/targetGroupAttachment:TargetGroupAttachment")
        .filter((each) => each.inputs["port"] === port)
        .map((each) => each.inputs["targetId"]);
      assert.deepEqual(
        targets.sort(),
        ["edge-1", "edge-2"].map((name) => named(state, "ec2/instance:Instance", name).id).sort(),
      );
    }
  });

  it("reaches what steps need by doors of its own network", () => {
    const services = ofType(state, "ec2/vpcEndpoint:VpcEndpoint").map(({ inputs: each }) =>
      String(each["serviceName"]),
    );
    for (const service of ["ssm", "ssmmessages", "ec2messages", "secretsmanager", "kms", "logs", "s3"])
      assert.ok(services.includes(`com.amazonaws.us-east-1.${service}`), service);
    // A machine that starts without its way out and its agent's doors would not get far.
    const waits = (named(state, "ec2/instance:Instance", "edge-1").dependencies ?? []).map((urn) =>
      urn.split("::").at(-1),
    );
    for (const way of ["trade-network-private-1", "trade-endpoints-ssm"]) assert.ok(waits.includes(way), way);
  });

  it("patches and restarts the zones in nights of their own, one machine at a time", () => {
    const windows = ofType(state, "ssm/maintenanceWindow:MaintenanceWindow").map((each) =>
      String(each.inputs["schedule"]),
    );
    assert.equal(new Set(windows).size, 2);
    for (const task of ofType(state, "ssm/maintenanceWindowTask:MaintenanceWindowTask"))
      assert.deepEqual([task.inputs["maxConcurrency"], task.inputs["maxErrors"]], ["1", "0"]);
    const targets = ofType(state, "ssm/maintenanceWindowTarget:MaintenanceWindowTarget").map(
      ({ inputs: each }) => (each as Inputs)["targets"][0] as Inputs,
    );
    for (const target of targets) assert.equal(target["key"], "tag:vigil:patches");
    const zones = targets.map((target) => String(target["values"])).sort();
    for (const name of all)
      assert.equal(instance(name)["tags"]["vigil:patches"], zones[/-2$/.test(name) ? 1 : 0]);
  });

  it("gives a machine Systems Manager's core, its own values and outputs, its bucket, and nothing by a wildcard", () => {
    const attached = ofType(state, "iam/rolePolicyAttachment:RolePolicyAttachment");
    assert.equal(attached.length, all.length);
    for (const each of attached)
      assert.match(String(each.inputs["policyArn"]), /AmazonSSMManagedInstanceCore$/);
    const rights = (machine: string): StateResource[] => {
      const { outputs } = named(state, "iam/role:Role", machine);
      return ofType(state, "iam/rolePolicy:RolePolicy").filter(
        ({ inputs: each }) => each["role"] === outputs["name"],
      );
    };
    assert.deepEqual(
      rights("node-1")
        .map(({ inputs: each }) => String(each["name"]))
        .sort(),
      ["bucket-write", "outputs", "step-node-1-prometheus"],
    );
    assert.deepEqual(
      rights("edge-1").map(({ inputs: each }) => String(each["name"])),
      ["outputs"],
    );
    const values = named(state, "iam/rolePolicy:RolePolicy", "step-node-1-prometheus").inputs["policy"];
    const secret = named(state, "secretsmanager/secret:Secret", "step-node-1-prometheus");
    const [read, decrypt] = statementsOf(String(values));
    assert.deepEqual(
      [read?.Action, read?.Resource],
      ["secretsmanager:GetSecretValue", secret.outputs["arn"]],
    );
    assert.equal(decrypt?.Resource, named(state, "kms/key:Key", "trade-key").outputs["arn"]);
    for (const each of ofType(state, "iam/rolePolicy:RolePolicy")) {
      const text = String(each.inputs["policy"]);
      assert.ok(actionsOf(text).every((action) => !action.includes("*")));
      assert.ok(statementsOf(text).every(({ Resource }) => Resource !== "*"));
    }
    const deletes = ofType(state, "iam/rolePolicy:RolePolicy").filter((each) =>
      actionsOf(String(each.inputs["policy"])).includes("s3:DeleteObject"),
    );
    assert.deepEqual(deletes.map(nameOf), ["history-1-bucket-delete"]);
  });

  it("carries each step by a document and an association that waits for it, in the plan's order", () => {
    assert.equal(steps().length, 5 + 5 + 3 + 4);
    for (const step of steps()) {
      const machine = /^[a-z]+-\d/.exec(nameOf(step))?.[0] ?? "";
      const { targets, outputLocation, waitForSuccessTimeoutSeconds } = step.inputs as Inputs;
      assert.deepEqual(targets, [
        { key: "InstanceIds", values: [named(state, "ec2/instance:Instance", machine).id] },
      ]);
      assert.ok(Number(waitForSuccessTimeoutSeconds) > 1800);
      assert.equal(outputLocation.s3KeyPrefix, `steps/${nameOf(step)}`);
    }
    const waits = (name: string): string[] =>
      (named(state, association, name).dependencies ?? []).map((urn) => urn.split("::").at(-1) ?? "");
    assert.ok(waits("node-1-disk").includes("node-1-data"));
    assert.ok(waits("node-1-base").includes("node-1-sweep"));
    assert.ok(waits("node-2-prometheus").includes("node-1-prometheus"));
    assert.ok(waits("edge-2-haproxy").includes("edge-1-haproxy"));
  });

  it("carries scripts that unpack to the step, with its removal and the version of its values", () => {
    const [removal, installation] = unpacked(scriptOf("node-1-prometheus"));
    assert.equal(removal, "echo no prometheus");
    assert.match(installation ?? "", /echo prometheus 9090$/);
    const { arn } = named(state, "secretsmanager/secret:Secret", "step-node-1-prometheus").outputs;
    const { versionId } = named(
      state,
      "secretsmanager/secretVersion:SecretVersion",
      "step-node-1-prometheus",
    ).outputs;
    assert.ok(installation?.includes(`-SecretId '${String(arn)}' -VersionId '${String(versionId)}'`));
  });

  it("has no secret in plain text in its state or its scripts", async () => {
    const stored = (await stack.export()).stdout;
    const line = Buffer.from(givenSecret).toString("base64");
    const { secretString } = inputs("secretsmanager/secretVersion:SecretVersion", "step-node-1-prometheus");
    assert.equal(secretString, `secret:password=${line}`);
    for (const secret of [givenSecret, line]) assert.ok(!stored.includes(secret));
    for (const step of steps())
      for (const text of unpacked(scriptOf(nameOf(step))))
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

  it("runs the step again in the next run, as an association of its own, since AWS waits for no other", () => {
    assert.ok(changed(first.mended, "created replacement").includes("node-1-prometheus"), first.mended);
    const made = steps().map(nameOf);
    assert.ok(made.includes("node-2-prometheus") && made.includes("edge-2-haproxy"));
  });

  it("changes nothing in a second run", async () => {
    const { stdout } = await stack.up();
    assert.match(stdout, /\d+ unchanged/);
    assert.doesNotMatch(stdout, /\d+ (?:created|updated|replaced|deleted)/);
  });

  it("touches with one port and one value their rules and the steps that have them, and with another image nothing", async () => {
    const image = "ami-0123456789abcdef0";
    replan(stack, {
      history: true,
      port: 9099,
      secret: "Another-Horse",
      image,
      cloudInit: "#cloud-config\npackages: [jq]\n",
    });
    const { stdout } = await stack.up();
    const touched = new Set([
      ...changed(stdout, "updated"),
      ...changed(stdout, "created"),
      ...changed(stdout, "deleted"),
    ]);
    const rules = nodes.flatMap((to) =>
      ["edge-1", "edge-2"].flatMap((from) =>
        [9090, 9099].map((port) => `trade-groups-${to}-${String(port)}-${from}`),
      ),
    );
    assert.deepEqual(
      [...touched].sort(),
      [...nodes.flatMap((name) => [`${name}-prometheus`, `step-${name}-prometheus`]), ...rules].sort(),
    );
    // A change is a new association: AWS waits for no other.
    const again = ["created replacement", "deleted original"].map((how) => changed(stdout, how));
    for (const names of again) for (const name of nodes) assert.ok(names.includes(`${name}-prometheus`));
  });

  it("says which step has a script that Systems Manager cannot hold", async () => {
    replan(stack, { history: true, ballast: 100_000 });
    const { code, stdout } = await stack.tryUp();
    assert.notEqual(code, 0);
    assert.match(
      stdout,
      /step \w+-\d-base: its document takes \d+ bytes packed, and Systems Manager holds 65536/,
    );
    replan(stack, { history: true, port: 9099, secret: "Another-Horse" });
  });

  it("runs every step again on a machine that took another's place, which finds its data disk", async () => {
    state = await stack.state();
    const { urn } = named(state, "ec2/instance:Instance", "node-2");
    await stack.up("--target-replace", urn, "--target-dependents");
    const after = await stack.state();
    const idOf = (from: readonly StateResource[], type: string, name: string): unknown =>
      named(from, type, name).id;
    for (const step of ["disk", "sweep", "base", "prometheus"])
      assert.notEqual(
        idOf(after, association, `node-2-${step}`),
        idOf(state, association, `node-2-${step}`),
        step,
      );
    assert.equal(
      idOf(after, association, "node-1-prometheus"),
      idOf(state, association, "node-1-prometheus"),
    );
    assert.notEqual(
      idOf(after, "ec2/instance:Instance", "node-2"),
      idOf(state, "ec2/instance:Instance", "node-2"),
    );
    assert.equal(
      idOf(after, "ebs/volume:Volume", "node-2-data"),
      idOf(state, "ebs/volume:Volume", "node-2-data"),
    );
    assert.equal(
      named(after, "ec2/volumeAttachment:VolumeAttachment", "node-2-data").inputs["instanceId"],
      idOf(after, "ec2/instance:Instance", "node-2"),
    );
  });

  it("leaves the data, the keys and the buckets when it is destroyed, and nothing that runs", async () => {
    const { code, stdout } = await stack.destroy("--exclude-protected");
    assert.equal(code, 0, stdout);
    const left = (await stack.state()).filter(({ protect }) => protect === true);
    assert.deepEqual([...new Set(left.map(({ type }) => type))].sort(), [
      "aws:ebs/volume:Volume",
      "aws:kms/alias:Alias",
      "aws:kms/key:Key",
      "aws:s3/bucket:Bucket",
    ]);
  });
});
