/** The kinds of value in a stack's configuration. A schema's error text is what it accepts: "a port from 1 to 65535". */
import { z } from "zod";
import { isDuration, isSize, type Duration, type Size } from "../monitoring/units.ts";

export const text = z.string({ error: "a text" }).trim().min(1, { error: "a text that is not empty" });

export const labelValue = z.string({ error: 'a text in quotes, such as "6379"' });

export const duration = z.custom<Duration>((value) => typeof value === "string" && isDuration(value), {
  error: 'a duration of one number and one unit, such as "15s", "2h" or "30d"',
});

export const size = z.custom<Size>((value) => typeof value === "string" && isSize(value), {
  error: 'a size in binary units, such as "512MiB" or "50GiB"',
});

export const address = z.custom<string>((value) => typeof value === "string" && isAddress(value), {
  error: 'host:port, such as "redis-5:6379", without a scheme or path',
});

export const cpus = z.number({ error: "a number of CPUs, such as 0.5 or 2" }).positive({
  error: "a number of CPUs above 0, such as 0.5 or 2",
});

export function integer(least: number, most: number): z.ZodType<number> {
  const error = `an integer from ${String(least)} to ${String(most)}`;
  return z.number({ error }).int({ error }).min(least, { error }).max(most, { error });
}

export function oneOf<const T extends string>(...names: readonly [T, ...T[]]): z.ZodEnum<{ [K in T]: K }> {
  return z.enum(names, { error: `one of ${names.join(", ")}` });
}

export const flag = z.boolean({ error: "true or false" });

export function listOf<T extends z.ZodType>(entry: T): z.ZodArray<T> {
  return z.array(entry, { error: "a list" });
}

export function mapOf<T extends z.ZodType>(value: T): z.ZodRecord<z.ZodString, T> {
  return z.record(z.string(), value, { error: "a map of names to values" });
}

/** An object of exactly these keys: any other is an error that names the known ones. */
export function exactly<T extends z.ZodRawShape>(shape: T): z.ZodObject<T, z.core.$strict> {
  const known = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? known : `a map with the keys ${known}`),
  });
}

function isAddress(value: string): boolean {
  const port = Number(/^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})$/.exec(value)?.[1]);
  return port >= 1 && port <= 65_535;
}
