import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { bashValues, encodeValues } from "../../components/hosts/channel.ts";
import { withCloudSteps } from "../../monitoring/carried/cloudSteps.ts";
import { diskStep } from "../../monitoring/carried/dataDisk.ts";
import { packedScript } from "../../monitoring/carried/packed.ts";
import { bashLine, type StoredValues } from "../../monitoring/carried/secretLines.ts";
import type { Machine, MachineStep } from "../../monitoring/machines.ts";

const edge: Machine = { name: "edge-1", system: "linux", role: "edge", address: "10.40.0.20" };
const history: Machine = { name: "history-1", system: "linux", role: "history", address: "10.40.0.30" };
const step = (changes: Partial<MachineStep> = {}): MachineStep => ({
  name: "edge-1-haproxy",
  machine: "edge-1",
  shell: "bash",
  install: "echo installed\n",
  remove: "echo removed\n",
  values: [],
  after: [],
  ...changes,
});

describe("a step that is carried to a Linux machine", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "vigil-carried-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs a script as the cloud's agent does, with the machine's folders in the test's own. */
  const run = (script: string, programs: Readonly<Record<string, string>> = {}) => {
    const bin = join(folder, "bin");
    mkdirSync(bin, { recursive: true });
    for (const [name, text] of Object.entries(programs)) {
      writeFileSync(join(bin, name), text);
      chmodSync(join(bin, name), 0o755);
    }
    const own = script.replaceAll("/etc/", `${folder}/etc/`).replaceAll("/var/lib/vigil", `${folder}/data`);
    mkdirSync(join(folder, "etc"), { recursive: true });
    const path = `${bin}:${process.env["PATH"] ?? ""}`;
    return spawnSync("sh", ["-s"], { input: own, encoding: "utf8", env: { PATH: path, FOLDER: folder } });
  };
  const removals = (): string[] => readdirSync(join(folder, "etc/vigil/removals")).sort();

  it("runs in bash, whatever shell the cloud starts it with, and leaves its removal behind first", () => {
    const { status, stdout, stderr } = run(
      packedScript(
        step({ install: '[[ -f "$FOLDER/etc/vigil/removals/edge-1-haproxy.sh" ]] && echo there' }),
        "",
      ),
    );
    assert.deepEqual([status, stdout.trim(), stderr], [0, "there", ""]);
    assert.equal(
      readFileSync(join(folder, "etc/vigil/removals/edge-1-haproxy.sh"), "utf8"),
      "echo removed\n",
    );
  });

  it("ends as its script ends, with its words on stderr", () => {
    const { status, stderr } = run(packedScript(step({ install: "echo 'no such port' >&2; exit 3" }), ""));
    assert.deepEqual([status, stderr.trim()], [3, "no such port"]);
  });

  it("is the same text wherever it is packed, without the time", () => {
    const script = packedScript(step(), "");
    assert.equal(script, packedScript(step(), ""));
    const [packed = ""] = /H4sI[A-Za-z0-9+/=]+/.exec(script) ?? [];
    assert.deepEqual([...Buffer.from(packed, "base64").subarray(4, 8)], [0, 0, 0, 0]);
    assert.equal(gunzipSync(Buffer.from(packed, "base64")).toString(), "echo removed\n");
  });

  it("hands any value over exactly", function () {
    this.timeout(60_000);
    const names = fc.stringMatching(/^(?:secret|tls):[a-z0-9.-]{1,20}$/);
    // A variable of bash holds no NUL, and $(…) drops a last line's end: scripts write values to files.
    const text = fc.string({ unit: "grapheme", minLength: 1 }).filter((each) => !each.includes("\0"));
    fc.assert(
      fc.property(fc.dictionary(names, text, { minKeys: 1, maxKeys: 4 }), (values) => {
        const [name = "", expected] = Object.entries(values)[0] ?? [];
        const line = encodeValues(values);
        const { status, stdout } = spawnSync(
          "bash",
          ["-c", `${bashValues(`printf %s '${line}'`)}\nvigil_value '${name}'`],
          { encoding: "utf8" },
        );
        assert.deepEqual([status, stdout], [0, expected]);
      }),
      { numRuns: 25 },
    );
  });

  it("says which value it does not have", () => {
    const { status, stderr } = spawnSync("bash", ["-c", `${bashValues("echo")}\nvigil_value secret:x`], {
      encoding: "utf8",
    });
    assert.deepEqual([status, stderr.trim()], [1, "this step has no value secret:x"]);
  });

  const sweep = (services: readonly string[]): string => {
    const steps = services.map((service) => step({ name: `edge-1-${service}` }));
    const own = withCloudSteps([edge], steps).find(({ name }) => name === "edge-1-sweep");
    assert.ok(own);
    // The script lies packed: its folder is made the test's own before.
    return packedScript({ ...own, install: own.install.replaceAll("/etc/", `${folder}/etc/`) }, "");
  };

  it("is removed by the sweep of its machine once it is not wanted any more, and no sooner", () => {
    for (const service of ["haproxy", "thanos-query"]) {
      const name = `edge-1-${service}`;
      const remove = `echo ${service} >>"$FOLDER/removed"\n`;
      assert.equal(run(packedScript(step({ name, remove }), "")).status, 0);
    }
    assert.equal(run(sweep(["haproxy", "thanos-query"])).status, 0);
    assert.deepEqual(removals(), ["edge-1-haproxy.sh", "edge-1-thanos-query.sh"]);
    assert.equal(run(sweep(["haproxy"])).status, 0);
    assert.deepEqual(removals(), ["edge-1-haproxy.sh"]);
    assert.equal(readFileSync(join(folder, "removed"), "utf8"), "thanos-query\n");
  });

  it("stays on the list of the sweep when its removal fails, which says so", () => {
    run(packedScript(step({ remove: "exit 7" }), ""));
    const { status, stderr } = run(sweep([]));
    assert.equal(status, 1);
    assert.match(stderr, /the removal of edge-1-haproxy ended with 7/);
    assert.deepEqual(removals(), ["edge-1-haproxy.sh"]);
  });

  it("comes after its machine's disk and sweep, and after nothing of another machine's", () => {
    const steps = withCloudSteps(
      [edge, history],
      [step(), step({ name: "history-1-base", machine: "history-1" })],
    );
    const after = Object.fromEntries(steps.map((each) => [each.name, each.after]));
    assert.deepEqual(after, {
      "edge-1-sweep": [],
      "edge-1-haproxy": ["edge-1-sweep"],
      "history-1-disk": [],
      "history-1-sweep": ["history-1-disk"],
      "history-1-base": ["history-1-sweep"],
    });
  });

  /** A machine's disks in a few programs: what each is, and what is on it. */
  const disks = (labelled: string, empty: readonly string[]): Record<string, string> => {
    const say = (text: string): string => `#!/bin/sh\n${text}\n`;
    const all = ["/dev/sda", ...empty];
    return {
      blkid: say(labelled === "" ? "exit 2" : `echo ${labelled}`),
      lsblk: say(
        `case "$*" in *-dnpo*) printf '${all.map((disk) => `${disk} disk\\n`).join("")}/dev/sr0 rom\\n';; */dev/sda*) printf 'sda\\nsda1\\n';; *) echo one;; esac`,
      ),
      wipefs: say(`case "$1" in /dev/sda) echo gpt;; esac`),
      "mkfs.ext4": say('echo "$@" >>"$FOLDER/formatted"'),
      mountpoint: say("exit 1"),
      mount: say('echo "$@" >>"$FOLDER/mounted"'),
      resize2fs: say("exit 0"),
      systemctl: say("exit 0"),
    };
  };
  const disk = (): string => packedScript(diskStep(history, "/var/lib/vigil"), "");
  const diskRun = (programs: Record<string, string>) => {
    mkdirSync(join(folder, "etc"), { recursive: true });
    writeFileSync(join(folder, "etc/fstab"), "");
    const own = diskStep(history, `${folder}/data`);
    const install = own.install.replaceAll("/etc/fstab", `${folder}/etc/fstab`);
    return run(packedScript({ ...own, install }, ""), programs);
  };

  it("formats the one empty disk of a new machine, and mounts it at every start", () => {
    const { status, stderr } = diskRun(disks("", ["/dev/sdc"]));
    assert.deepEqual([status, stderr], [0, ""]);
    assert.equal(readFileSync(join(folder, "formatted"), "utf8"), "-q -L vigil-data /dev/sdc\n");
    assert.equal(readFileSync(join(folder, "mounted"), "utf8").trim(), join(folder, "data"));
    assert.match(
      readFileSync(join(folder, "etc/fstab"), "utf8"),
      /^LABEL=vigil-data \S+\/data ext4 defaults,nofail 0 2$/m,
    );
  });

  it("finds the data of the machine before it, and formats nothing", () => {
    assert.equal(diskRun(disks("/dev/sdc", ["/dev/sdd"])).status, 0);
    assert.ok(!existsSync(join(folder, "formatted")));
  });

  it("formats nothing when it would have to guess", () => {
    for (const empty of [[], ["/dev/sdc", "/dev/sdd"]]) {
      const { status, stderr } = diskRun(disks("", empty));
      assert.equal(status, 1);
      assert.match(stderr, new RegExp(`${String(empty.length)} disks are empty where one is expected`));
      assert.ok(!existsSync(join(folder, "formatted")));
    }
    assert.match(disk(), /^#!\/bin\/sh\n/);
  });

  /** Runs the program that fetches a secret, with answers of the test's own instead of the network. */
  const fetched = (values: StoredValues, answers: readonly object[]) => {
    writeFileSync(join(folder, "answers.json"), JSON.stringify(answers));
    writeFileSync(join(folder, "harness.py"), harness);
    const python = spawnSync("sh", ["-c", "command -v python3"], { encoding: "utf8" }).stdout.trim();
    const wrapper = `#!/bin/sh\nexec ${python} "$FOLDER/harness.py" "$@"\n`;
    const { status, stdout, stderr } = run(packedScript(step({ install: "vigil_line" }), bashLine(values)), {
      python3: wrapper,
    });
    const asked = JSON.parse(readFileSync(join(folder, "asked.json"), "utf8")) as Asked[];
    return { status, stdout, stderr, asked };
  };

  it("reads its values in Azure as the machine's own identity, and waits for a right that is a minute old", () => {
    const uri = "https://kv-x.vault.azure.net/secrets/step-edge-1-haproxy/0123";
    const { status, stdout, asked } = fetched({ store: "key-vault", uri }, [
      { access_token: "old" },
      { status: 403 },
      { access_token: "token" },
      { value: "secret:a=eA==" },
    ]);
    assert.deepEqual([status, stdout], [0, "secret:a=eA=="]);
    const [first, , , last] = asked;
    assert.match(
      first?.url ?? "",
      /^http:\/\/169\.254\.169\.254\/metadata\/identity\/oauth2\/token\?.*resource=https%3A%2F%2Fvault\.azure\.net$/,
    );
    assert.equal(first?.headers["metadata"], "true");
    assert.deepEqual([last?.url, last?.headers["authorization"]], [`${uri}?api-version=7.4`, "Bearer token"]);
  });

  it("reads its values in AWS with the instance's credentials, signed as AWS' own library signs", () => {
    const arn =
      "arn:aws:secretsmanager:eu-central-1:123456789012:secret:vigil/trade-prod/steps/edge-1-haproxy-AbCdEf";
    const version = "EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE";
    const { status, stdout, stderr, asked } = fetched(
      { store: "secrets-manager", region: "eu-central-1", arn, version },
      [
        { text: "metadata-token" },
        { text: "vigil-edge-1" },
        {
          AccessKeyId: "AKIDEXAMPLE",
          SecretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
          Token: "tokenexample==",
        },
        { SecretString: "secret:a=eA==" },
      ],
    );
    assert.deepEqual([status, stdout, stderr], [0, "secret:a=eA==", ""]);
    const [token, , credentials, last] = asked;
    assert.deepEqual(
      [token?.method, credentials?.headers["x-aws-ec2-metadata-token"]],
      ["PUT", "metadata-token"],
    );
    assert.match(credentials?.url ?? "", /security-credentials\/vigil-edge-1$/);
    assert.deepEqual(
      [last?.method, last?.url],
      ["POST", "https://secretsmanager.eu-central-1.amazonaws.com/"],
    );
    // What botocore 1.x signs of the same request at the same second.
    assert.equal(
      last?.headers["authorization"],
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-central-1/secretsmanager/aws4_request, " +
        "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, " +
        "Signature=412d9553945fbfc5e60027901371bdbc268a0de166f9464af20b458d0de97708",
    );
  });

  it("gives up on values that it may not read, and says why", () => {
    const uri = "https://kv-x.vault.azure.net/secrets/step-edge-1-haproxy/0123";
    const { status, stderr, asked } = fetched({ store: "key-vault", uri }, []);
    assert.equal(status, 1);
    assert.match(stderr, /^the values of this step cannot be read: HTTP Error 403: Forbidden/);
    assert.equal(asked.length, 60);
  });
});

interface Asked {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Stands before a program in Python: no network, no waiting, and always the same second. */
const harness = `
import datetime, io, json, os, sys, time, urllib.error, urllib.request
folder = os.environ["FOLDER"]
answers = json.load(open(folder + "/answers.json"))
asked = []
def urlopen(request, timeout=None):
    asked.append({"url": request.full_url, "method": request.get_method(),
                  "headers": {k.lower(): v for k, v in request.header_items()}})
    json.dump(asked, open(folder + "/asked.json", "w"))
    answer = answers.pop(0) if answers else {"status": 403}
    if "status" in answer:
        raise urllib.error.HTTPError(request.full_url, answer["status"], "Forbidden", {}, None)
    return io.BytesIO((answer["text"] if "text" in answer else json.dumps(answer)).encode())
urllib.request.urlopen = urlopen
time.sleep = lambda seconds: None
class Second(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2026, 1, 2, 3, 4, 5, tzinfo=tz)
datetime.datetime = Second
sys.argv = sys.argv[1:]
exec(compile(sys.stdin.read(), "program", "exec"))
`;
