import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keepSaltOutOfConfig } from "../../cli/salt.ts";

describe("The salt of a passphrase", () => {
  let folder = "";
  const file = (): string => join(folder, "Pulumi.prod.yaml");
  const own = "# Ours.\nconfig:\n  vigil:cluster: { version: '1.34' }\n";
  const salt = "encryptionsalt: v1:abc\n";

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "vigil-salt-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function after(before: string | undefined, engineWrites: string): string | undefined {
    if (before !== undefined) writeFileSync(file(), before);
    const restore = keepSaltOutOfConfig(folder);
    writeFileSync(file(), engineWrites);
    restore();
    return existsSync(file()) ? readFileSync(file(), "utf8") : undefined;
  }

  it("leaves a stack's file as it was, style and comments too", () => {
    assert.equal(after(own, `${salt}# Ours.\nconfig:\n  vigil:cluster: {version: "1.34"}\n`), own);
  });

  it("leaves what the engine was asked to change", () => {
    const changed = "config:\n  vigil:cluster: {version: '1.35'}\n";
    assert.equal(after(own, salt + changed), changed);
  });

  it("leaves no file where there was none", () => {
    assert.equal(after(undefined, salt), undefined);
  });

  it("stays where an encrypted value needs it, and where it has been", () => {
    const secret = `${salt}config:\n  vigil:secrets:\n    a:\n      secure: v1:x\n`;
    assert.equal(after(own, secret), secret);
    assert.equal(after(salt + own, salt + own), salt + own);
  });
});
