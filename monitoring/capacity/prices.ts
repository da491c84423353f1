import type { LongTerm } from "../model.ts";

/** Dollars a month. */
export interface Prices {
  readonly source: string;
  readonly vcpu: number;
  readonly gibMemory: number;
  readonly gibDisk: number;
  /** Object storage per GiB, by tier of the system. */
  readonly gibObjects: Readonly<Record<LongTerm["tiers"][number]["name"], number>>;
}

/** Hours of an average month, as cloud price lists count it. */
const hours = 730;

/**
 * Public list prices without discounts, as of January 2025, rounded; for estimates only. Requests, traffic, minimum storage
 * times and support are left out. Processors and memory at the price of containers, which is all that can be bought singly.
 */
export const listPrices: Readonly<Record<LongTerm["bucket"]["kind"], Prices | undefined>> = {
  s3: {
    source:
      "AWS us-east-1, January 2025: Fargate Linux/x86, EBS gp3, S3 Standard, Intelligent-Tiering, Glacier Instant Retrieval",
    vcpu: 0.04048 * hours,
    gibMemory: 0.004445 * hours,
    gibDisk: 0.08,
    gibObjects: { hot: 0.023, warm: 0.023, cool: 0.0125, cold: 0.004 },
  },
  "azure-blob": {
    source:
      "Azure East US, January 2025: Container Instances Linux, Premium SSD P10, Blob LRS Hot, Cool, Cold",
    vcpu: 0.0405 * hours,
    gibMemory: 0.00445 * hours,
    gibDisk: 0.154,
    gibObjects: { hot: 0.0208, warm: 0.0208, cool: 0.0115, cold: 0.0036 },
  },
  // Machines of one's own have no list price.
  filesystem: undefined,
};
