import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueCertificates } from "../../components/local/authority.ts";
import { certificatesDue } from "../../components/local/certificates.ts";
import type { CertificateRequest } from "../../monitoring/hosts.ts";

const request: CertificateRequest = {
  name: "prometheus-1",
  commonName: "prometheus-1",
  dnsNames: ["prometheus-1"],
  addresses: ["127.0.0.1"],
  usage: ["server"],
};

describe("the certificates of a stack", () => {
  const now = Date.now.bind(Date);
  let directory = "";
  const read = (file: string): string => readFileSync(join(directory, file), "utf8");

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "vigil-certificates-"));
    await issueCertificates(directory, "test", [request], false);
  });
  afterEach(() => {
    Date.now = now;
    rmSync(directory, { recursive: true });
  });

  it("are not due while they are fresh", async () => {
    assert.equal(await certificatesDue(directory, [request]), false);
  });

  it("are due 30 days before they end, and not a day earlier", async () => {
    Date.now = () => now() + 59 * 86_400_000;
    assert.equal(await certificatesDue(directory, [request]), false);
    Date.now = () => now() + 61 * 86_400_000;
    assert.equal(await certificatesDue(directory, [request]), true);
  });

  it("are due when another address is asked for, and then have it", async () => {
    const moved = { ...request, addresses: ["127.0.0.2"] };
    assert.equal(await certificatesDue(directory, [moved]), true);
    await issueCertificates(directory, "test", [moved], false);
    assert.equal(await certificatesDue(directory, [moved]), false);
  });

  it("are due when another authority lies beside them", async () => {
    const leaf = read("prometheus-1.crt");
    rmSync(join(directory, "ca.key"));
    await issueCertificates(directory, "test", [request], false);
    assert.notEqual(read("prometheus-1.crt"), leaf);
  });

  it("are renewed under the same authority, so that nothing that trusts it must change", async () => {
    const [authority, leaf] = [read("ca.crt"), read("prometheus-1.crt")];
    await issueCertificates(directory, "test", [request], true);
    assert.equal(read("ca.crt"), authority);
    assert.notEqual(read("prometheus-1.crt"), leaf);
  });

  it("are readable by their owner only", () => {
    for (const file of ["ca.key", "ca.crt", "prometheus-1.key", "prometheus-1.pem"])
      assert.equal(statSync(join(directory, file)).mode & 0o777, 0o600, file);
  });
});
