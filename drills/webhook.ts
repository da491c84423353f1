/** A receiver of Alertmanager's webhooks on loopback, which keeps what it was told and when. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import type { Labels } from "../monitoring/model.ts";

/** What one notification says about one alert. A notification about a group has one of these for each of its alerts. */
export interface Message {
  /** Milliseconds since the epoch at which it arrived. */
  readonly at: number;
  /** Which notification it came in, counted from 1: one page may be about several alerts. */
  readonly notification: number;
  readonly status: "firing" | "resolved";
  /** Those of the alert, `alertname` included. */
  readonly labels: Labels;
  readonly annotations: Labels;
}

/** Labels that a message's alert must have. */
export type Which = Labels & { readonly alertname?: string };

/** Alertmanager's own format, version 4. @see https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
interface Payload {
  readonly alerts: readonly Omit<Message, "at" | "notification">[];
}

/** More than the largest group that a drill causes. */
const largestPayload = 1_048_576;

export class Webhook {
  readonly #server: Server;
  readonly #messages: Message[] = [];
  #notifications = 0;

  /** Listens on a free port of 127.0.0.1. */
  static async open(): Promise<Webhook> {
    const webhook = new Webhook();
    await new Promise<void>((resolve, reject) => {
      webhook.#server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
    return webhook;
  }

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#receive(request, response).catch((error: unknown) => {
        response.writeHead(400).end(String(error));
      });
    });
  }

  /** The address to give to Alertmanager. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/alerts`;
  }

  /** What was told about matching alerts since a moment (milliseconds since the epoch), oldest first. @default everything */
  messages(which: Which = {}, since = 0): readonly Message[] {
    return this.#messages.filter(({ at, labels }) => at >= since && matches(labels, which));
  }

  /** Alerts that were told as firing and not yet as over. */
  firing(): readonly Message[] {
    const last = new Map(this.#messages.map((message) => [JSON.stringify(message.labels), message]));
    return [...last.values()].filter(({ status }) => status === "firing");
  }

  /**
   * Waits for the first message of a status about a matching alert.
   * @param since milliseconds since the epoch; what came before does not count
   * @param seconds how long to wait from now on
   * @throws when none comes in time; the error says what was told instead
   */
  async next(status: Message["status"], which: Which, since: number, seconds: number): Promise<Message> {
    const deadline = Date.now() + seconds * 1_000;
    for (;;) {
      const found = this.messages(which, since).find((message) => message.status === status);
      if (found !== undefined) return found;
      if (Date.now() > deadline) {
        const instead = this.messages({}, since).map(summary).join(", ") || "nothing";
        throw new Error(
          `webhook: ${JSON.stringify(which)} ${status} was not told within ${seconds} s, but ${instead}`,
        );
      }
      await pause(20);
    }
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!(Number(request.headers["content-length"]) <= largestPayload)) {
      response.writeHead(413).end();
      return;
    }
    const at = Date.now();
    const { alerts } = JSON.parse(await text(request)) as Payload;
    const notification = ++this.#notifications;
    for (const { status, labels, annotations } of alerts)
      this.#messages.push({ at, notification, status, labels, annotations });
    response.writeHead(200).end();
  }
}

export function matches(labels: Labels, which: Which): boolean {
  return Object.entries(which).every(([name, value]) => labels[name] === value);
}

/** `RedisDown firing`. */
export function summary({ labels, status }: Pick<Message, "labels" | "status">): string {
  return `${labels["alertname"] ?? "an alert"} ${status}`;
}
