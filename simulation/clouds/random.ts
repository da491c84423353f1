/** random: what it draws depends on the resource and how often it was made, so that a simulation can be repeated. */
import type { Cloud, Existing } from "../cloud.ts";
import { guid, hex } from "../invented.ts";
import { textAt, plain, type Properties } from "../propertyValues.ts";

export const random: Cloud = {
  package: "random",
  complete: ({ inputs }) => inputs,
  identify: ({ kind }, token) => (kind === "RandomUuid" ? guid(token) : hex(token, 16)),
  outputs: drawn,
  replaces: () => true,
  functions: {},
};

function drawn(resource: Existing): Properties {
  const { id, kind, urn, inputs } = resource;
  const seed = `${urn}|${id}`;
  switch (kind) {
    case "RandomPassword":
      return { result: text(seed, inputs), bcryptHash: `$2a$10$${hex(seed, 53)}` };
    case "RandomString":
      return { result: text(seed, inputs) };
    case "RandomUuid":
      return { result: id };
    case "RandomPet":
      return { result: [textAt(inputs, "prefix"), "simulated", hex(seed, 4)].filter(Boolean).join("-") };
    case "RandomInteger":
      return { result: between(seed, Number(plain(inputs["min"])), Number(plain(inputs["max"]))) };
    case "RandomId":
    case "RandomBytes":
      return bytes(seed, inputs);
    default:
      return {};
  }
}

function text(seed: string, inputs: Properties): string {
  const length = Number(plain(inputs["length"]));
  const alphabet = ["abcdefghijkmnopqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"]
    .filter((_, index) => plain(inputs[["lower", "upper", "numeric"][index] ?? ""]) !== false)
    .join("");
  return Array.from({ length }, (_, at) => {
    const draw = Number.parseInt(hex(`${seed}${String(at)}`, 8), 16);
    return alphabet.charAt(draw % alphabet.length);
  }).join("");
}

function between(seed: string, low: number, high: number): number {
  return low + (Number.parseInt(hex(seed, 8), 16) % (high - low + 1));
}

function bytes(seed: string, inputs: Properties): Properties {
  const count = Number(plain(inputs["byteLength"] ?? inputs["length"]));
  const drawnBytes = Buffer.from(hex(seed, 64).repeat(Math.ceil(count / 32)), "hex").subarray(0, count);
  const prefix = textAt(inputs, "prefix") ?? "";
  return {
    hex: `${prefix}${drawnBytes.toString("hex")}`,
    dec: `${prefix}${BigInt(`0x${drawnBytes.toString("hex") || "0"}`).toString()}`,
    b64Std: `${prefix}${drawnBytes.toString("base64")}`,
    b64Url: `${prefix}${drawnBytes.toString("base64url")}`,
    base64: drawnBytes.toString("base64"),
  };
}
