import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { issueCertificates } from "../../components/local/authority.ts";
import { summarySettings, type SummarySettings } from "../../monitoring/kubernetes/summarySettings.ts";
import { ensureTools } from "../../tools/toolchain.ts";
import { greenlangOnEks } from "../rendered/clusterFacts.ts";
import { certificateOf } from "../rendered/fixtures.ts";
import { freePorts, stop, type Server } from "../rendered/servers.ts";
import { MailSink, type KeptMail, type MailSinkOptions } from "./mailSink.ts";
import { startWithWeek } from "./weekOfSamples.ts";

const python = "python3";
const found = spawnSync(python, ["--version"]).status === 0;
const program = fileURLToPath(new URL("../../weekly/summary.py", import.meta.url));
const password = "correct-horse-battery";

describe(`The weekly summary${found ? "" : " (skipped: no python3 on PATH; install it)"}`, function () {
  this.timeout(60_000);
  let directory: string;
  let prometheus: { readonly url: string; readonly server: Server };

  before(async function () {
    if (!found) this.skip();
    this.timeout(600_000);
    directory = await mkdtemp(join(tmpdir(), "vigil-weekly-"));
    const certificates = ["server", "client"].map((name) => certificateOf(name));
    await issueCertificates(directory, "weekly", certificates, false);
    await writeFile(join(directory, "password"), `${password}\n`);
    prometheus = await startWithWeek(await ensureTools(["prometheus"]), directory);
  });

  after(async () => {
    if (!found) return;
    await stop([prometheus.server]);
    await rm(directory, { recursive: true });
  });

  /** The settings of the system, with the addresses and the files of this test. */
  function settings(smarthost: string): SummarySettings {
    const { system, facts } = greenlangOnEks;
    const weekly = system.notifications.weeklySummary ?? assert.fail("no weekly summary");
    const rendered = summarySettings(
      system,
      facts,
      { ...weekly, smarthost, to: ["one@greenlang.io", "two@greenlang.io"] },
      {
        ca: join(directory, "ca.crt"),
        certificate: join(directory, "client.crt"),
        key: join(directory, "client.key"),
        password: join(directory, "password"),
      },
    );
    return {
      ...rendered,
      query: { ...rendered.query, url: prometheus.url },
      mail: { ...rendered.mail, ca: join(directory, "ca.crt") },
    };
  }

  interface Run {
    readonly code: number;
    readonly said: string;
    readonly mails: readonly KeptMail[];
    readonly inTheOpen: readonly string[];
  }

  /** Runs the program once as the job does, against a mail server with a fault and settings that are changed. */
  async function summarise(
    fault?: NonNullable<MailSinkOptions["fault"]> | "other password",
    change: (settings: SummarySettings) => SummarySettings = (same) => same,
  ): Promise<Run> {
    const [key, cert] = await Promise.all(
      ["server.key", "server.crt"].map((name) => readFile(join(directory, name), "utf8")),
    );
    const sink = await MailSink.open({
      key: key ?? "",
      cert: cert ?? "",
      password: fault === "other password" ? "another" : password,
      ...(fault === undefined || fault === "other password" ? {} : { fault }),
    });
    const file = join(directory, "settings.json");
    await writeFile(file, JSON.stringify(change(settings(sink.smarthost))));
    const { code, said } = await new Promise<{ code: number; said: string }>((resolve) => {
      const child = execFile(
        python,
        ["-I", "-B", program, file],
        { timeout: 50_000 },
        (_error, stdout, stderr) => {
          resolve({ code: child.exitCode ?? -1, said: stdout + stderr });
        },
      );
    });
    sink.close();
    return { code, said, mails: sink.mails, inTheOpen: sink.inTheOpen };
  }

  describe("when everything answers", () => {
    let run: Run;
    let text: string;

    before(async () => {
      run = await summarise();
      text = decoded(run.mails[0]?.text ?? "");
    });

    it("mails once, to everybody, and says so", () => {
      assert.equal(run.code, 0, run.said);
      assert.equal(run.mails.length, 1);
      assert.deepEqual(run.mails[0]?.recipients, ["one@greenlang.io", "two@greenlang.io"]);
      assert.equal(run.said, "mailed to one@greenlang.io, two@greenlang.io\n");
    });

    it("tells how many alerts there were in the subject", () => {
      assert.match(
        text,
        /^Subject: GreenLang \(production\), week to \d{4}-\d\d-\d\d: 4 alerts, 2 critical$/m,
      );
    });

    it("tells how often each alert began and how long it fired, the grave ones first", () => {
      const table = /Alerts that fired\n-+\n(.+?)\n\n/s.exec(text)?.[1] ?? "";
      assert.deepEqual(
        table.split("\n").map((line) => line.split(/ {2,}/)),
        [
          ["severity", "alertname", "began", "fired for, all together"],
          ["critical", "Slow", "2", "1 h 30 min"],
          ["warning", "Full", "2", "20 min"],
        ],
      );
    });

    it("names the noisiest by what they were about", () => {
      assert.match(text, /The noisiest\n-+\n.+\nSlow +api +a +2\nFull +api +a +1\nFull +api +b +1\n/);
    });

    it("tells the availability of every job, the least first, and the objective", () => {
      assert.match(text, /available\napi +90\.000 %\nredis +100\.000 %\n/);
      assert.match(text, /Requests to the API that succeeded \(objective: 99\.9 %\): +99\.900 %\n/);
    });

    it("tells the growth of series and storage, and what nobody knows", () => {
      assert.match(text, /Series, of the replica with more: +1 500\n +change in the week: +500\n/);
      assert.match(text, /Blocks on its disk: +3 GiB\n +change in the week: +2 GiB\n/);
      assert.match(text, /Blocks in the bucket: +no data\n/);
    });

    it("logs in with the password of the file, after TLS only", () => {
      assert.equal(run.mails[0]?.username, "monitoring@greenlang.io");
      assert.deepEqual(
        run.inTheOpen.map((line) => line.split(" ", 1)[0]?.toUpperCase()),
        ["EHLO", "STARTTLS"],
      );
    });

    it("has the same message id when the same week is mailed again", async () => {
      const again = await summarise();
      const id = (mail: KeptMail | undefined) => /^Message-ID: (.+)$/im.exec(mail?.text ?? "")?.[1];
      assert.match(
        id(run.mails[0]) ?? "",
        /^<weekly-summary\.greenlang-production\.[\d-]{10}@greenlang\.io>$/,
      );
      assert.equal(id(again.mails[0]), id(run.mails[0]));
    });
  });

  it("mails to whom it can when the server refuses one address, and names the other", async () => {
    const { code, said, mails } = await summarise("one recipient");
    assert.equal(code, 0);
    assert.deepEqual(mails[0]?.recipients, ["one@greenlang.io"]);
    assert.equal(said, "mailed to one@greenlang.io; refused: two@greenlang.io\n");
  });

  /** Ends with 1, one line that begins as told, no mail, and no password anywhere. */
  function failed({ code, said, mails, inTheOpen }: Run, line: RegExp): void {
    assert.equal(code, 1, said);
    assert.match(said, line);
    assert.equal(said.trimEnd().split("\n").length, 1, said);
    assert.equal(mails.length, 0);
    for (const secret of [password, Buffer.from(password).toString("base64")])
      assert.ok(![said, ...inTheOpen].join("\n").includes(secret), said);
  }

  it("fails when the mail server refuses the password, without telling it", async () => {
    failed(
      await summarise("other password"),
      /^weekly-summary: mail by localhost:\d+: log-in of monitoring@greenlang\.io refused \(535\)/,
    );
  });

  it("fails when the mail server offers no TLS, before it says who it is", async () => {
    const run = await summarise("no STARTTLS");
    failed(run, /^weekly-summary: mail by localhost:\d+: STARTTLS extension not supported/);
    assert.ok(!run.inTheOpen.some((line) => line.startsWith("AUTH")));
  });

  it("fails when the mail server shows a certificate of nobody it knows", async () => {
    const run = await summarise(undefined, (given) => {
      const { ca: _ca, ...mail } = given.mail;
      return { ...given, mail };
    });
    failed(run, /^weekly-summary: mail by localhost:\d+: .*certificate verify failed/);
  });

  it("fails when the mail server takes no mail, or nobody listens", async () => {
    failed(await summarise("no mail"), /^weekly-summary: mail by localhost:\d+: answered 451/);
    const [port = 0] = await freePorts(1);
    const run = await summarise(undefined, (given) => ({
      ...given,
      mail: { ...given.mail, smarthost: `localhost:${port}` },
    }));
    failed(run, /^weekly-summary: mail by localhost:\d+: .*[Rr]efused/);
  });

  it("fails when a query is refused, with its title and what Prometheus says of it", async () => {
    const run = await summarise(undefined, (given) => ({
      ...given,
      headline: [{ title: "alerts", expression: "sum(", unit: "short" }],
    }));
    failed(
      run,
      /^weekly-summary: query "alerts" at https:\/\/localhost:\d+: 400 invalid parameter "query": .*parse error/,
    );
  });

  it("fails when nobody answers queries, or somebody whom it does not trust", async () => {
    const [port = 0] = await freePorts(1);
    const elsewhere = await summarise(undefined, (given) => ({
      ...given,
      query: { ...given.query, url: `https://localhost:${port}` },
    }));
    failed(elsewhere, /^weekly-summary: query "alerts" at https:\/\/localhost:\d+: .*refused/);
    const stranger = await summarise(undefined, (given) => ({
      ...given,
      query: { ...given.query, ca: join(directory, "client.crt") },
    }));
    failed(
      stranger,
      /^weekly-summary: query "alerts" at https:\/\/localhost:\d+: .*certificate verify failed/,
    );
  });

  it("fails when a file is not there, and names it", async () => {
    const run = await summarise(undefined, (given) => ({
      ...given,
      mail: { ...given.mail, passwordFile: join(directory, "absent") },
    }));
    failed(run, /^weekly-summary: mail by .*No such file or directory: '.*absent'/);
  });
});

/** Head and body of a mail, quoted-printable and folded lines undone. */
function decoded(mail: string): string {
  const [head = "", ...rest] = mail.split("\n\n");
  const bytes = rest
    .join("\n\n")
    .replaceAll("=\n", "")
    .replaceAll(/=([0-9A-F]{2})/g, (_whole, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return `${head.replaceAll(/\n[ \t]+/g, " ")}\n\n${Buffer.from(bytes, "latin1").toString("utf8")}`;
}
