/** A mail server that keeps what it is told, as far as SMTP goes here: STARTTLS, a log-in, one mail a connection. */
import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { createSecureContext, TLSSocket } from "node:tls";

export interface MailSinkOptions {
  readonly key: string;
  readonly cert: string;
  readonly password: string;
  /** What it does not do as it should. */
  readonly fault?: "no STARTTLS" | "no mail" | "one recipient";
}

export interface KeptMail {
  readonly username: string;
  readonly recipients: readonly string[];
  readonly text: string;
}

export class MailSink {
  readonly mails: KeptMail[] = [];
  /** Everything that was said before there was TLS. */
  readonly inTheOpen: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(options: MailSinkOptions): Promise<MailSink> {
    const server = createServer().listen(0, "127.0.0.1");
    const sink = new MailSink(server);
    server.on("connection", (socket) => {
      sink.#sockets.add(socket);
      void sink.#talk(socket, options, false);
    });
    await once(server, "listening");
    return sink;
  }

  get smarthost(): string {
    return `localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  async #talk(socket: Socket, options: MailSinkOptions, secure: boolean): Promise<void> {
    const say = (line: string) => socket.write(`${line}\r\n`);
    socket.on("error", () => undefined);
    if (!secure) say("220 sink");
    const lines = createInterface({ input: socket, crlfDelay: Infinity });
    let username = "";
    let recipients: string[] = [];
    let text: string[] | undefined;
    for await (const line of lines) {
      if (text !== undefined) {
        if (line !== ".") {
          text.push(line.replace(/^\./, ""));
          continue;
        }
        this.mails.push({ username, recipients, text: text.join("\n") });
        text = undefined;
        say("250 kept");
        continue;
      }
      if (!secure) this.inTheOpen.push(line);
      const verb = line.split(" ", 1)[0]?.toUpperCase();
      if (verb === "STARTTLS") {
        say("220 go ahead");
        lines.close();
        const context = createSecureContext({ key: options.key, cert: options.cert });
        const upgraded = new TLSSocket(socket, { isServer: true, secureContext: context });
        void this.#talk(upgraded, options, true);
        return;
      } else if (verb === "EHLO") {
        say("250-sink");
        say(secure || options.fault === "no STARTTLS" ? "250 AUTH PLAIN" : "250 STARTTLS");
      } else if (verb === "AUTH") {
        const [, user = "", password] = Buffer.from(line.split(" ")[2] ?? "", "base64")
          .toString()
          .split("\0");
        username = user;
        // A server that quotes what it was told: nobody may print its answer.
        say(password === options.password ? "235 welcome" : `535 not with ${password ?? ""}`);
      } else if (verb === "RCPT") {
        const address = /<(.+?)>/.exec(line)?.[1] ?? "";
        const refused = options.fault === "one recipient" && recipients.length > 0;
        if (!refused) recipients = [...recipients, address];
        say(refused ? "550 unknown" : "250 ok");
      } else if (verb === "MAIL" && options.fault === "no mail") {
        say("451 come back later");
      } else if (verb === "DATA") {
        text = [];
        say("354 tell");
      } else if (verb === "QUIT") {
        say("221 bye");
        socket.end();
      } else {
        say("250 ok");
      }
    }
  }
}
