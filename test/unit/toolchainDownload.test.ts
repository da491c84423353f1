import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { download, publishedSha256 } from "../../tools/download.ts";

const content = randomBytes(300_000);
const sha256 = createHash("sha256").update(content).digest("hex");
const patience = { answer: 300, stall: 200, resumes: 2 };

describe("a download", () => {
  let folder: string;
  let file: string;
  let server: Server;
  let requests: string[];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let url: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "vigil-download-"));
    file = join(folder, "tool.part");
    requests = [];
    server = createServer((request, response) => {
      requests.push(request.headers.range ?? "all");
      answer(request, response);
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tool.tar.gz`;
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  it("writes the file when its sum is the published one", async () => {
    answer = (_, response) => response.end(content);
    await download(url, file, sha256, patience);
    assertHolds(file, content);
  });

  it("keeps nothing of a file whose sum differs", async () => {
    const corrupt = Buffer.from(content);
    corrupt.writeUInt8(corrupt.readUInt8(1000) ^ 1, 1000);
    answer = (_, response) => response.end(corrupt);
    await assert.rejects(download(url, file, sha256, patience), /has sha256 .* but .* is published for it/);
    assert.equal(existsSync(file), false);
  });

  it("goes on where the connection was cut", async () => {
    answer = (request, response) => {
      if (request.headers.range) sendRange(request, response);
      else void cutAfter(response, 100_000, file);
    };
    await download(url, file, sha256, patience);
    assertHolds(file, content);
    assert.deepEqual(requests, ["all", "bytes=100000-"]);
  });

  it("goes on with what an earlier run left", async () => {
    writeFileSync(file, content.subarray(0, 200_000));
    answer = sendRange;
    await download(url, file, sha256, patience);
    assertHolds(file, content);
    assert.deepEqual(requests, ["bytes=200000-"]);
  });

  it("starts again when what was left belongs to another file", async () => {
    writeFileSync(file, randomBytes(1000));
    answer = sendRange;
    await download(url, file, sha256, patience);
    assertHolds(file, content);
    assert.deepEqual(requests, ["bytes=1000-", "all"]);
  });

  it("starts again when what was left is longer than the file", async () => {
    writeFileSync(file, randomBytes(content.length + 1));
    answer = sendRange;
    await download(url, file, sha256, patience);
    assertHolds(file, content);
  });

  it("takes the whole file from a server that ignores ranges", async () => {
    writeFileSync(file, content.subarray(0, 5));
    answer = (_, response) => response.end(content);
    await download(url, file, sha256, patience);
    assertHolds(file, content);
  });

  it("gives up on a server that always cuts it short, and keeps the part", async () => {
    answer = (_, response) => {
      void cutAfter(response, 1000, file);
    };
    await assert.rejects(download(url, file, sha256, patience), /broke off 3 times/);
    assert.equal(requests.length, 3);
    assertHolds(file, content.subarray(0, 1000));
  });

  it("gives up on a server that stalls", async () => {
    answer = (_, response) => {
      response.writeHead(200, { "content-length": content.length });
      response.write(content.subarray(0, 1000));
    };
    await assert.rejects(download(url, file, sha256, patience), /broke off 3 times: not a byte for 0\.2 s/);
  });

  it("tries an overloaded server again", async () => {
    answer = (_, response) => {
      if (requests.length === 1) response.writeHead(503).end();
      else response.end(content);
    };
    await download(url, file, sha256, patience);
    assert.equal(requests.length, 2);
  });

  it("says which address a missing file has, without trying again", async () => {
    answer = (_, response) => response.writeHead(404).end();
    await assert.rejects(download(url, file, sha256, patience), new RegExp(`${url} answers 404`));
    assert.equal(requests.length, 1);
  });

  it("asks a host that does not answer only once a run", async () => {
    answer = () => undefined;
    const silent = /127\.0\.0\.1:\d+ cannot be reached \(no answer for 0\.3 s\)/;
    await assert.rejects(publishedSha256(url, "tool.tar.gz", patience), silent);
    await assert.rejects(download(url, file, sha256, patience), silent);
    assert.equal(requests.length, 1);
  });

  describe("finds the published sum", () => {
    const other = "0".repeat(64);

    it("in the line of its asset", async () => {
      answer = (_, response) => response.end(`${other}  other.tar.gz\n${sha256} *./tool.tar.gz\n`);
      assert.equal(await publishedSha256(url, "tool.tar.gz", patience), sha256);
    });

    it("in a file that holds one sum only", async () => {
      answer = (_, response) => response.end(sha256.toUpperCase());
      assert.equal(await publishedSha256(url, "tool.tar.gz", patience), sha256);
    });

    it("or says that the file names others", async () => {
      answer = (_, response) => response.end(`${other}  other.tar.gz\n`);
      await assert.rejects(publishedSha256(url, "tool.tar.gz", patience), /has no sha256 for tool\.tar\.gz/);
    });

    it("or says that there is no such file", async () => {
      answer = (_, response) => response.writeHead(404).end();
      await assert.rejects(publishedSha256(url, "tool.tar.gz", patience), /no checksum file: .* answers 404/);
    });
  });
});

function sendRange(request: IncomingMessage, response: ServerResponse): void {
  const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const total = String(content.length);
  if (start >= content.length) response.writeHead(416, { "content-range": `bytes */${total}` }).end();
  else if (start === 0) response.end(content);
  else {
    response.writeHead(206, {
      "content-range": `bytes ${start}-${content.length - 1}/${total}`,
    });
    response.end(content.subarray(start));
  }
}

/** Promises the whole file, and closes the connection once its first bytes have come to `file`. */
async function cutAfter(response: ServerResponse, bytes: number, file: string): Promise<void> {
  response.writeHead(200, { "content-length": content.length });
  response.write(content.subarray(0, bytes));
  while (statSync(file, { throwIfNoEntry: false })?.size !== bytes) await pause(5); // mocha's time-out bounds it
  response.socket?.destroy();
}

function assertHolds(file: string, expected: Buffer): void {
  assert.ok(readFileSync(file).equals(expected), "the file holds other bytes");
}
