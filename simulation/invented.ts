/** Values that a cloud would draw: the same seed gives the same value, another seed another one. */
import { createHash } from "node:crypto";

/** Lower-case hexadecimal digits, 64 at most. */
export function hex(seed: string, digits = 8): string {
  return createHash("sha256").update(seed).digest("hex").slice(0, digits);
}

/** A version 4 UUID. */
export function guid(seed: string): string {
  const digits = hex(seed, 32);
  const variant = "89ab".charAt(Number.parseInt(digits.charAt(16), 16) % 4);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join("-");
}

/** An IPv4 address out of the documentation networks (RFC 5737). */
export function address(seed: string): string {
  return `203.0.113.${String((Number.parseInt(hex(seed, 4), 16) % 254) + 1)}`;
}

/** The text as base64, for what a cloud hands out that way. */
export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** What stands where a certificate or key would. */
export function pem(label: string, seed: string): string {
  return `-----BEGIN ${label}-----\n${base64(`simulated ${hex(seed, 48)}`)}\n-----END ${label}-----\n`;
}

/** Time of everything that happens in a simulated cloud. */
export const moment = "2026-01-01T00:00:00Z";
